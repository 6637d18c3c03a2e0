"""The conditions of a filter as they are typed, each row with what is wrong with it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Membership
from texting.fields.kinds import LONGEST_VALUE, Kind
from texting.filtering.asking import BadCondition, Subject, condition, subjects
from texting.filtering.conditions import IN_DAYS, MOST_CONDITIONS, WITHOUT_VALUE, Condition, Filter
from texting.queries import NotYours


@dataclass
class ConditionRow:
    """One condition as its row shows it. `is_new`: it was added just now, so the keyboard goes there."""

    subject: Subject
    ask: str
    value: str
    error: str = ""
    is_new: bool = False

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
        self.conditions: list[Condition] = []
        if data is None:
            self.rows = [
                ConditionRow(known[one.about], one.ask.value, one.value)
                for one in (wish.conditions if wish else ())
                if one.about in known
            ]
            self.conditions = list(wish.conditions) if wish else []
            return
        columns = (data.getlist("about"), data.getlist("ask"), data.getlist("value"))
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
                self.conditions.append(condition(row.subject, row.ask, row.value))
            except BadCondition as error:
                row.error = str(error)
        return self.is_valid

    def _change(self, data: Any, known: dict[str, Subject]) -> None:
        """A row more or less, as the button that was pressed says."""
        dropped = data.get("drop", "")
        if dropped.isdecimal() and int(dropped[:3]) < len(self.rows):
            del self.rows[int(dropped[:3])]
        if data.get("act") == "add" and (added := data.get("add")):
            if added not in known:
                raise NotYours
            subject = known[added]
            self.rows.append(ConditionRow(subject, subject.asks[0].value, "", is_new=True))
        if len(self.rows) > MOST_CONDITIONS:
            self.rows = self.rows[:MOST_CONDITIONS]
            self.error = _("A filter has at most %(most)d conditions.") % {"most": MOST_CONDITIONS}


def _row(known: dict[str, Subject], about: str, ask: str, value: str) -> ConditionRow:
    if about not in known or ask not in {one.value for one in known[about].asks}:
        raise NotYours
    return ConditionRow(known[about], ask, value[: LONGEST_VALUE + 1])
