"""What people choose on the page of findings."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from compliance.findings.filters import STATES, Filter
from compliance.findings.reading import kinds
from compliance.forms.permission_forms import EARLIEST_YEAR, LATEST_YEAR
from compliance.models import Finding

_ANY = ("", _("All"))
_SURE = [(one.value, one.label) for one in (Finding.Confidence.HIGH, Finding.Confidence.MEDIUM)]
"""No detector leaves anything less likely by itself (decision 377)."""


class FindingsForm(forms.Form):
    """What to look for, as it stands in the page's address. Without a state: what is to judge."""

    state = forms.ChoiceField(required=False, choices=[(one, one) for one in STATES], widget=forms.HiddenInput)
    type = forms.ChoiceField(label=_("Kind"), required=False)
    confidence = forms.ChoiceField(label=_("How sure"), required=False, choices=[_ANY, *_SURE])
    direction = forms.ChoiceField(label=_("Direction"), required=False, choices=[_ANY, *Finding.Direction.choices])
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput)
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        field = field_of(self, "type", forms.ChoiceField)
        field.choices = [_ANY, *kinds()]

    def clean_since(self) -> Any:
        """A day that an organization's clock knows."""
        return _day(self.cleaned_data["since"])

    def clean_until(self) -> Any:
        """Likewise."""
        return _day(self.cleaned_data["until"])

    def wanted(self) -> Filter:
        """What was asked for; what cannot be understood is left out and its field says so."""
        self.is_valid()
        return Filter(**{"state": "open", **{name: value for name, value in self.cleaned_data.items() if value}})


def _day(day: Any) -> Any:
    if day and not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise ValidationError(_("Choose a day of this century."))
    return day


class ExceptionForm(forms.Form):
    """How far an exception reaches: one phrase of our lists, or all of them."""

    about = forms.ChoiceField(label=_("Only with"), widget=forms.RadioSelect)

    def __init__(self, data: QueryDict | None, *, phrases: list[str]) -> None:
        super().__init__(data)
        field = field_of(self, "about", forms.ChoiceField)
        field.choices = [(f"={phrase}", f"“{phrase}”") for phrase in phrases] + [("all", _("Whatever the words"))]

    @property
    def phrase(self) -> str:
        """The phrase, "" for all."""
        return str(self.cleaned_data["about"]).partition("=")[2]
