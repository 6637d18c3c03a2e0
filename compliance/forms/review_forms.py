"""What people choose on the pages about the review checks."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from accounts.models import Membership, Team
from compliance.forms.permission_forms import EARLIEST_YEAR, LATEST_YEAR
from compliance.review_checks.filters import RESULTS, Filter
from compliance.review_checks.judging import Check
from compliance.review_checks.running import DAYS
from compliance.review_checks.words import TITLES
from tenancy.isolation import current_organization_id

_ANY = ("", _("All"))


class ChecksForm(forms.Form):
    """What to look for, as it stands in the page's address; a bad value narrows nothing."""

    result = forms.ChoiceField(required=False, choices=[(one, one) for one in RESULTS], widget=forms.HiddenInput)
    check = forms.ChoiceField(
        label=_("Check"), required=False, choices=[_ANY, *((one.value, title) for one, title in TITLES.items())]
    )
    team = forms.ChoiceField(label=_("Team"), required=False)
    agent = forms.ChoiceField(label=_("Agent"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput)
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        here = Membership.objects.filter(organization_id=current_organization_id())  # a table of all organizations
        people = here.filter(is_machine=False).order_by("user__name", "pk")
        choices = {
            "team": Team.objects.order_by("name", "pk").values_list("pk", "name"),
            "agent": people.values_list("pk", "user__name"),
        }
        for name, rows in choices.items():
            field = field_of(self, name, forms.ChoiceField)
            field.choices = [_ANY, *((str(pk), words) for pk, words in rows)]

    def clean_since(self) -> Any:
        """A day that an organization's clock knows."""
        return _day(self.cleaned_data["since"])

    def clean_until(self) -> Any:
        """Likewise."""
        return _day(self.cleaned_data["until"])

    def wanted(self) -> Filter:
        """What was asked for; what cannot be understood is left out."""
        self.is_valid()
        found: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if value}
        return Filter(**(found | {name: UUID(found[name]) for name in ("team", "agent") if name in found}))


def _day(day: Any) -> Any:
    if day and not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise ValidationError(_("Choose a day of this century."))
    return day


class RatesForm(forms.Form):
    """Whose lines a plot of rates shows, as it stands in the page's address; a bad value shows all checks."""

    by = forms.ChoiceField(
        label=_("A line for each"),
        required=False,
        choices=[("", _("Check")), ("team", _("Team")), ("agent", _("Agent"))],
    )
    check = forms.ChoiceField(
        label=_("Check, of teams and agents"),
        required=False,
        choices=[(one.value, title) for one, title in TITLES.items()],
    )

    def wanted(self) -> tuple[str, Check]:
        """What was asked for."""
        self.is_valid()
        return self.cleaned_data.get("by", ""), Check(self.cleaned_data.get("check") or Check.OPT_IN)


class RunForm(forms.Form):
    """How far back to compute anew."""

    days = forms.TypedChoiceField(
        label=_("Conversations resolved"),
        required=False,
        empty_value=None,
        coerce=int,
        choices=[("", _("At any time")), *((days, _("In the last %(days)d days") % {"days": days}) for days in DAYS)],
    )
