"""A moment that is said by a date of the contact: "24 hours before the appointment", "3 days after, at nine".

Hours and minutes are counted as they pass, so a day's distance over a night on which clocks change is 24 hours. Days
and weeks are counted on the calendar, and then it is the time of day that was said, by the clock where the reader is.
What a date and time of a contact says is by the organization's clock: an appointment is where the organization is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from texting.fields.kinds import Kind
from texting.local_time import clock
from texting.scheduled.old_dates import Stands
from texting.scheduled.recurring import on_clocks


class Unit(StrEnum):
    """What is counted."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


PASSING = frozenset({Unit.MINUTES, Unit.HOURS})
"""Counted as they pass, so there must be a time to count from."""
MOST = {Unit.MINUTES: 600, Unit.HOURS: 336, Unit.DAYS: 366, Unit.WEEKS: 52}
USUAL_TIME = time(9)


class BadRelation(ValueError):
    """It says no moment; the message is one sentence for the person who asked."""


@dataclass(frozen=True)
class Relation:
    """`number` of `unit` before, or `after`, what stands in a field; of days and weeks `at` is the time of day.

    `at` None: the time that stands in the field.
    """

    field_id: UUID
    number: int
    unit: Unit
    after: bool = False
    at: time | None = None

    def refuse_unless(self, kind: str) -> None:
        """Raise BadRelation where a field of this kind gives it no moment."""
        if not 0 <= self.number <= MOST[self.unit]:
            raise BadRelation(_("Write a number from 0 to %(most)d.") % {"most": MOST[self.unit]})
        if kind == Kind.DATE and self.unit in PASSING:
            raise BadRelation(_("This date has no time of day, so count in days or weeks."))
        if kind == Kind.DATE and self.at is None:
            raise BadRelation(_("This date has no time of day. Say at what time the text leaves."))
        if kind not in {Kind.DATE, Kind.DATE_TIME}:
            raise BadRelation(_("Choose a date of the contact."))

    def due(self, kind: str, value: str, *, theirs: ZoneInfo, ours: ZoneInfo) -> datetime | None:
        """The moment (UTC), for a stored value (`fields.kinds`); None where there is none, or it says no date."""
        try:
            return self._due(kind, value, theirs, ours)
        except (ValueError, OverflowError):
            return None

    def _due(self, kind: str, value: str, theirs: ZoneInfo, ours: ZoneInfo) -> datetime | None:
        if not value:
            return None
        sign = 1 if self.after else -1
        if self.unit in PASSING:
            if kind != Kind.DATE_TIME:
                return None
            return on_clocks(datetime.fromisoformat(value), ours) + sign * timedelta(**{self.unit.value: self.number})
        step = sign * timedelta(**{self.unit.value: self.number})
        if kind == Kind.DATE_TIME and self.at is None:
            return on_clocks(datetime.fromisoformat(value) + step, ours)
        if self.at is None:
            return None
        day = date.fromisoformat(value[: len("2027-03-31")])
        return on_clocks(datetime.combine(day + step, self.at), theirs)

    def stood(self, moment: datetime, *, theirs: ZoneInfo, ours: ZoneInfo) -> Stands:
        """What the date said when `moment` was due by it: the way back of `due`, but for hours that clocks skip."""
        back = timedelta(**{self.unit.value: self.number}) * (-1 if self.after else 1)
        if self.unit not in PASSING and self.at is not None:
            return Stands(moment.astimezone(theirs).date() + back)
        if self.unit in PASSING:
            wall = (moment + back).astimezone(ours)
        else:
            wall = moment.astimezone(ours).replace(tzinfo=None) + back
        return Stands(wall.date(), wall.time())

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        at = f"{self.at:%H:%M}" if self.at else ""
        return {
            "field": str(self.field_id),
            "number": self.number,
            "unit": self.unit.value,
            "after": self.after,
            "at": at,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What `as_json` made. Raises KeyError, TypeError, ValueError for anything else."""
        at = time.fromisoformat(kept["at"]) if kept.get("at") else None
        number = int(kept["number"])
        return cls(UUID(kept["field"]), number, Unit(kept["unit"]), bool(kept.get("after")), at)

    def in_words(self, name: str) -> str:
        """ "24 hours before Appointment", "3 days after Visit, at 9:00 am". `name`: the field's."""
        words = {"span": _span(self.number, self.unit), "field": name}
        if self.number == 0:
            said = _("on %(field)s") % words if self.at else _("at %(field)s") % words
        else:
            said = _("%(span)s after %(field)s") % words if self.after else _("%(span)s before %(field)s") % words
        if self.at is None or self.unit in PASSING:
            return said
        at = clock(datetime.combine(date(2027, 1, 1), self.at))
        return _("%(when)s, at %(time)s") % {"when": said, "time": at}


def _span(number: int, unit: Unit) -> str:
    words = {"number": number}
    match unit:
        case Unit.MINUTES:
            return ngettext("%(number)d minute", "%(number)d minutes", number) % words
        case Unit.HOURS:
            return ngettext("%(number)d hour", "%(number)d hours", number) % words
        case Unit.DAYS:
            return ngettext("%(number)d day", "%(number)d days", number) % words
        case _:
            return ngettext("%(number)d week", "%(number)d weeks", number) % words
