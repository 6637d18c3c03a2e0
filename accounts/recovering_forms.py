"""Addresses that people type to get a link, and what a link to a new password asks for."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import NewPasswordForm
from accounts.mail import BadAddress, checked_address


def _email(label: Any, **attributes: Any) -> forms.EmailField:
    return forms.EmailField(
        label=label, max_length=254, widget=forms.EmailInput(attrs={"spellcheck": "false", **attributes})
    )


class AddressForm(forms.Form):
    """One address that can get mail."""

    email = _email(_("E-mail"), autocomplete="username", autofocus=True)

    def clean_email(self) -> str:
        try:
            return checked_address(self.cleaned_data["email"])
        except BadAddress:
            raise ValidationError(_("Mail cannot be sent to this address. Check how it is written.")) from None


class NewAddressForm(AddressForm):
    """The address that somebody wants to sign in with."""

    email = _email(_("New e-mail"), autocomplete="email")


class NewPasswordAndCodeForm(NewPasswordForm):
    """For whom the mailbox is the second factor too: the link alone must not be enough."""

    recovery_code = forms.CharField(
        label=_("Recovery code"),
        max_length=60,
        help_text=_("Your sign-in codes go to this same mailbox, so the link alone is not enough."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )


class PasswordAndCodesForm(NewPasswordForm):
    """For whom works in several organizations: each of the others has given them a code."""

    codes = forms.CharField(
        label=_("Codes from your other organizations"),
        max_length=600,
        help_text=_("An admin of each gave you one. Several: write them one after the other."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )
