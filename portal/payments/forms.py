"""What members type about payments, checked for shape; use cases decide the rest."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.form_fields import field_of
from portal.models import PaymentRefund
from portal.payments import currencies, screening
from portal.payments.currencies import BadAmount, digits_by_currency
from portal.payments.requesting import MOST_DAYS
from texting.gate import OutsideHours

COMMON = ("USD", "CAD", "EUR", "GBP", "MXN", "AUD", "JPY")
DAYS = (1, 3, 7, 14, 30)
_AMOUNT = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})


def currency_choices() -> list[tuple[str, str]]:
    """The usual ones first."""
    return [(code, code) for code in (*COMMON, *sorted(set(digits_by_currency()) - set(COMMON)))]


def day_choices(days: Iterable[int] = DAYS) -> list[tuple[int, str]]:
    """For how long a link is good."""
    return [(number, ngettext("%(n)d day", "%(n)d days", number) % {"n": number}) for number in days]


class RequestForm(forms.Form):
    """How much, what for, how long the link is good."""

    amount = forms.CharField(
        label=_("Amount"),
        max_length=currencies.LONGEST_INPUT,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "autofocus": True}),
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=currency_choices)
    description = forms.CharField(
        label=_("What it is for"),
        max_length=screening.LONGEST,
        help_text=_("The customer reads it on the page. Nothing about health, no numbers of cards or accounts."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.TypedChoiceField(label=_("Good for"), coerce=int)
    text_id = forms.UUIDField(widget=forms.HiddenInput)
    outside_hours = forms.ChoiceField(
        choices=[(OutsideHours.ASK.value, ""), (OutsideHours.WAIT.value, "")], required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, days: int = 7, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = field_of(self, "days", forms.ChoiceField)
        offered = sorted({*DAYS, min(days, MOST_DAYS)})
        field.choices = day_choices(offered)

    def clean(self) -> dict[str, Any]:
        """Adds `minor`: the amount in the currency's minor units."""
        given = super().clean() or self.cleaned_data
        if "amount" in given and "currency" in given:
            try:
                given["minor"] = currencies.parse(given["amount"], given["currency"])
            except BadAmount as error:
                self.add_error("amount", str(error))
        return given

    @property
    def wanted_outside_hours(self) -> OutsideHours:
        """What becomes of the text when it is night there."""
        return OutsideHours(self.cleaned_data.get("outside_hours") or OutsideHours.ASK.value)


class RefundForm(forms.Form):
    """How much goes back, and why."""

    amount = forms.CharField(label=_("Amount"), max_length=currencies.LONGEST_INPUT, widget=_AMOUNT)
    reason = forms.ChoiceField(label=_("Why"), choices=PaymentRefund.Reason.choices, widget=forms.RadioSelect)
    refund_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self) -> int:
        """Minor units."""
        try:
            return currencies.parse(self.cleaned_data["amount"], self.currency)
        except BadAmount as error:
            raise ValidationError(str(error)) from None
