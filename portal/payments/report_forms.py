"""The filters of the report, as they stand in the page's address."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from portal.models import PaymentRequest
from portal.payments.forms import currency_choices
from portal.payments.reports import Filter

_DAY = forms.DateInput(attrs={"type": "date"})
EARLIEST, LATEST = 2000, 2100


class ReportForm(forms.Form):
    """State, currency, days."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Any state")), *PaymentRequest.State.choices]
    )
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=_DAY)
    until = forms.DateField(label=_("To"), required=False, widget=_DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = field_of(self, "currency", forms.ChoiceField)
        field.choices = [("", _("Any currency")), *currency_choices()]

    def clean(self) -> dict[str, Any]:
        """The error says what is wrong with the days."""
        data: dict[str, Any] = self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            raise ValidationError(_("The last day is before the first."))
        if any(day and not EARLIEST <= day.year <= LATEST for day in (since, until)):
            raise ValidationError(_("Choose days of this century."))
        return data

    @property
    def wanted(self) -> Filter:
        """What is asked for; everything when that makes no sense."""
        return Filter(**self.cleaned_data) if self.is_valid() else Filter()
