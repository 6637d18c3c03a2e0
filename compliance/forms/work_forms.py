"""What somebody asks of the figures of the daily work."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.form_fields import field_of
from compliance.forms.permission_forms import PeriodForm
from compliance.work.scale import GOALS
from compliance.work.sheets.sheet import minutes
from compliance.work.whose import Offered, called


class WorkForm(PeriodForm):
    """Days, and what of them. Choices are what the member may see; without days the usual ones are meant."""

    team = forms.TypedChoiceField(label=_("Team"), required=False, coerce=UUID, empty_value=None)
    line = forms.TypedChoiceField(label=_("Line"), required=False, coerce=UUID, empty_value=None)
    one = forms.TypedChoiceField(label=_("Member"), required=False, coerce=UUID, empty_value=None)
    by = forms.ChoiceField(
        label=_("Table by"),
        required=False,
        choices=[("line", _("Line")), ("team", _("Team")), ("member", _("Member"))],
    )
    against = forms.ChoiceField(
        label=_("Compare with"),
        required=False,
        choices=[("before", _("The days before")), ("year", _("The year before"))],
    )
    goal = forms.TypedChoiceField(label=_("Goal for answers"), required=False, coerce=int, empty_value=None)

    def __init__(self, offered: Offered, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].required = self.fields["until"].required = False
        field_of(self, "goal", forms.TypedChoiceField).choices = [(one, minutes(one)) for one in GOALS]
        self.initial.setdefault("goal", 60)
        names = called() if offered.people else {}
        people = [(one.pk, names[one.pk]) for one in offered.people]
        self._choose("team", _("All teams"), [(one.pk, one.name) for one in offered.teams])
        self._choose("line", _("All lines"), [(one.pk, one.name) for one in offered.lines])
        self._choose("one", _("Everybody"), people)
        if offered.is_own:
            del self.fields["team"], self.fields["one"], self.fields["by"]

    def _choose(self, name: str, nothing: Any, choices: list[tuple[UUID, str]]) -> None:
        rows = [("", nothing), *((str(key), label) for key, label in choices)]
        field_of(self, name, forms.TypedChoiceField).choices = rows
