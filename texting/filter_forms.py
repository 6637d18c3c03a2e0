"""The conditions of a filter as they are typed, each row with what is wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.form_fields import field_of
from accounts.models import Membership, Team
from texting.fields.kinds import LONGEST_VALUE, Kind
from texting.filtering.asking import BadCondition, Subject, condition, subjects
from texting.filtering.conditions import IN_DAYS, MOST_CONDITIONS, WITHOUT_VALUE, Condition, Filter
from texting.filtering.saving import Shared, Sharing
from texting.models import SavedFilter
from texting.models.saved_filter import LONGEST_FILTER
from texting.queries import NotYours


@dataclass
class ConditionRow:
    """One condition as its row shows it. `is_new`: it was added just now, so the keyboard goes there.

    `is_or`: it or the row above is enough.
    """

    subject: Subject
    ask: str
    value: str
    error: str = ""
    is_new: bool = False
    is_or: bool = False

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """What is chosen from; an option that is gone stays while it is asked for."""
        known = self.subject.choices
        if known and self.subject.kind == Kind.CHOICE and self.value and self.value not in dict(known):
            return (*known, (self.value, self.value))
        return known

    @property
    def takes_value(self) -> bool:
        """Whether something is compared with."""
        return self.ask not in WITHOUT_VALUE

    @property
    def mode(self) -> str:
        """What kind of box it is typed into: "days", "date", "number" or "text"."""
        if self.ask in IN_DAYS:
            return "days"
        return {Kind.DATE.value: "date", Kind.NUMBER.value: "number"}.get(self.subject.kind, "text")

    @property
    def longest(self) -> int:
        """Characters."""
        return LONGEST_VALUE


class FilterForm:
    """The rows, of what was posted or of a filter. Raises NotYours for what the member was never offered."""

    def __init__(self, member: Membership, data: Any = None, wish: Filter | None = None) -> None:
        self.offered = subjects(member)
        known = {one.key: one for one in self.offered}
        self.error = ""
        self.is_typed = data is not None
        self.conditions: list[Condition] = []
        if data is None:
            self.rows = [
                ConditionRow(known[one.about], one.ask.value, one.value, is_or=one.is_or)
                for one in (wish.conditions if wish else ())
                if one.about in known
            ]
            self.conditions = list(wish.conditions) if wish else []
            return
        about = data.getlist("about")
        joined = data.getlist("join") or ["and"] * len(about)  # a page from before there was an "or"
        columns = (about, data.getlist("ask"), data.getlist("value"), joined)
        if len({len(column) for column in columns}) > 1:
            raise NotYours
        self.rows = [_row(known, *written) for written in list(zip(*columns, strict=True))[: MOST_CONDITIONS + 1]]
        self._change(data, known)

    @property
    def wish(self) -> Filter:
        """Of the rows that are right."""
        return Filter(tuple(self.conditions))

    @property
    def is_valid(self) -> bool:
        """Whether every row is right."""
        return not self.error and not any(row.error for row in self.rows)

    def check(self) -> bool:
        """Read the rows; each that is wrong says why."""
        self.conditions = []
        for row in self.rows:
            try:
                self.conditions.append(condition(row.subject, row.ask, row.value, is_or=row.is_or))
            except BadCondition as error:
                row.error = str(error)
        return self.is_valid

    def _change(self, data: Any, known: dict[str, Subject]) -> None:
        """A row more or less, as the button that was pressed says."""
        dropped = data.get("drop", "")
        if dropped.isdecimal() and int(dropped[:3]) < len(self.rows):
            del self.rows[int(dropped[:3])]
        if self.rows:
            self.rows[0].is_or = False  # there is nothing above it, or not any more
        if data.get("act") == "add" and (added := data.get("add")):
            if added not in known:
                raise NotYours
            subject = known[added]
            self.rows.append(ConditionRow(subject, subject.asks[0].value, "", is_new=True))
        if len(self.rows) > MOST_CONDITIONS:
            self.rows = self.rows[:MOST_CONDITIONS]
            self.error = _("A filter has at most %(most)d conditions.") % {"most": MOST_CONDITIONS}


def _row(known: dict[str, Subject], about: str, ask: str, value: str, join: str) -> ConditionRow:
    if about not in known or ask not in {one.value for one in known[about].asks} or join not in {"and", "or"}:
        raise NotYours
    return ConditionRow(known[about], ask, value[: LONGEST_VALUE + 1], is_or=join == "or")


class SaveFilterForm(forms.Form):
    """A filter's name and with whom it is shared. `share`: whether the member may share at all."""

    name = forms.CharField(
        label=_lazy("Name"),
        max_length=LONGEST_FILTER,
        help_text=_lazy("What it finds, such as “Renewals this month”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    shared = forms.ChoiceField(label=_lazy("Who uses it"), required=False)

    def __init__(self, *args: Any, teams: Iterable[Team], share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.teams = {str(team.pk): team for team in teams}
        if not share:
            del self.fields["shared"]
            return
        choices = [("", _("Only me")), (Shared.ALL.value, _("Everybody who sees contacts"))]
        choices += [(key, _("Team %(name)s") % {"name": team.name}) for key, team in self.teams.items()]
        field_of(self, "shared", forms.ChoiceField).choices = choices

    @property
    def sharing(self) -> Sharing:
        """What was chosen."""
        chosen = self.cleaned_data.get("shared", "")
        if chosen == Shared.ALL:
            return Sharing(Shared.ALL)
        return Sharing(Shared.TEAM, self.teams[chosen]) if chosen else Sharing()

    @staticmethod
    def initial_of(row: SavedFilter) -> dict[str, str]:
        """What it says now."""
        return {"name": row.name, "shared": str(row.team_id or "") or (Shared.ALL if row.shared == Shared.ALL else "")}
