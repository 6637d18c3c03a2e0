"""What a member types in the dialog and in the settings, and what a customer types on the page."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portal.models import SecureMessage
from portal.secure import facts
from portal.secure.sending import LONGEST
from portal.secure.settings import MOST_DAYS, MOST_VIEWS

Check = SecureMessage.Check


class SendForm(forms.Form):
    """A secure message. After `is_valid`, `fact` is the fact as it is compared, "" with a code."""

    content = forms.CharField(
        label=_("Private message"),
        max_length=LONGEST,
        help_text=_("The customer reads it on a private page. You cannot read it again here."),
        widget=forms.Textarea(attrs={"rows": 6, "autofocus": True, "autocomplete": "off"}),
        error_messages={"required": _("Write something first.")},
    )
    check_by = forms.ChoiceField(
        label=_("They open it with"), choices=Check.choices, initial=Check.CODE, widget=forms.RadioSelect
    )
    birth_date = forms.DateField(
        label=_("Date of birth"), required=False, widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"})
    )
    postcode = forms.CharField(
        label=_("ZIP or postcode"), required=False, max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    message_id = forms.UUIDField(widget=forms.HiddenInput)
    fact = ""

    def clean(self) -> dict[str, Any]:
        """The fact that goes with the choice is needed, and brought into one form."""
        cleaned = super().clean() or {}
        check = cleaned.get("check_by")
        if check == Check.BIRTH_DATE:
            born = cleaned.get("birth_date")
            found = born and facts.birth_date(
                str(born.day), str(born.month), str(born.year), today=timezone.localdate()
            )
            self._take("birth_date", found, str(_("Enter the date of birth that they will give.")))
        elif check == Check.POSTCODE:
            found = facts.postcode(cleaned.get("postcode") or "")
            self._take("postcode", found, str(_("Enter the ZIP or postcode that they will give.")))
        return cleaned

    def _take(self, name: str, found: str | None, problem: str) -> None:
        if found:
            self.fact = found
        elif name not in self.errors:
            self.add_error(name, problem)


def _between(most: int) -> dict[str, str]:
    """One sentence for whatever is wrong with a number."""
    words = format_lazy(_("Enter a number from 1 to {most}."), most=most)
    return dict.fromkeys(("required", "invalid", "min_value", "max_value"), words)  # type: ignore[arg-type]


class PortalForm(forms.Form):
    """What an organization decides about private pages."""

    days = forms.IntegerField(
        label=_("Days until a message expires"),
        min_value=1,
        max_value=MOST_DAYS,
        error_messages=_between(MOST_DAYS),
        help_text=_("Then it is destroyed, read or not."),
    )
    most_views = forms.IntegerField(
        label=_("How often it can be opened"),
        min_value=1,
        max_value=MOST_VIEWS,
        error_messages=_between(MOST_VIEWS),
        help_text=_("Each right code or answer opens it once, for 15 minutes."),
    )
    works_without_script = forms.BooleanField(
        label=_("Open on phones without JavaScript"),
        required=False,
        help_text=_(
            "Turn it off to keep half of each key in the link alone. Very old phones then cannot open messages."
        ),
    )
    own_address = forms.URLField(
        label=_("Your own portal"),
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text=_("If you have one: texts lead there, and nothing private is written or kept here."),
    )

    def clean_own_address(self) -> str:
        """Only pages that are read in secret."""
        address = str(self.cleaned_data["own_address"])
        if address and not address.startswith("https://"):
            raise forms.ValidationError(_("The address has to begin with https://"))
        return address
