"""What an admin types to connect a payment provider, checked for shape."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.payments.accounts import Wish
from portal.payments.forms import currency_choices, day_choices

_KEY = re.compile(r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8,240}", re.ASCII)
_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=_-]{8,240}", re.ASCII)
_HIDDEN = forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"})


class BeginningsForm(forms.Form):
    """What new requests begin with."""

    currency = forms.ChoiceField(label=_("Usual currency"), choices=currency_choices)
    days = forms.TypedChoiceField(
        label=_("A link is good for"),
        coerce=int,
        choices=day_choices,
        initial=7,
    )
    webhook_secret = forms.CharField(
        label=_("New signing secret"),
        max_length=260,
        required=False,
        widget=_HIDDEN,
        help_text=_("Only when it was changed at Stripe. Leave it empty to keep the one that is stored."),
    )

    def clean_webhook_secret(self) -> str:
        """As Stripe shows it."""
        return checked_secret(self.cleaned_data["webhook_secret"])


class StripeForm(BeginningsForm):
    """Stripe's two secrets."""

    api_key = forms.CharField(
        label=_("Secret key"),
        max_length=260,
        widget=_HIDDEN,
        help_text=_("In Stripe: Developers, API keys. It begins with sk_ or rk_, and with sk_test_ for trying it."),
    )
    field_order = ("api_key", "webhook_secret", "currency", "days")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        secret = self.fields["webhook_secret"]
        secret.label = _("Signing secret of the webhook")
        secret.help_text = _("In Stripe: Developers, Webhooks. You can add it after connecting.")

    def clean_api_key(self) -> str:
        """As Stripe shows it."""
        key: str = self.cleaned_data["api_key"].strip()
        if not _KEY.fullmatch(key):
            raise ValidationError(_("This is no secret key of Stripe. It begins with sk_ or rk_."))
        return key

    @property
    def wish(self) -> Wish:
        """What is to be connected."""
        return Wish(provider="stripe", **self.cleaned_data)


def checked_secret(typed: str) -> str:
    """A webhook's signing secret, or "". Raises ValidationError."""
    secret = typed.strip()
    if secret and not _SECRET.fullmatch(secret):
        raise ValidationError(_("This is no signing secret of Stripe. It begins with whsec_."))
    return secret
