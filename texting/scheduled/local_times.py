"""A time as a clock on a wall shows it, turned into a moment. Plain values: no Django but for the words of screens.

Twice a year a wall clock lies: in spring an hour is left out, in autumn one comes twice. A time that does not exist is
refused with the nearest one that does; of a time that comes twice somebody says which (PEP 495's fold).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from texting.local_time import clock


class NoSuchTime(ValueError):
    """Clocks skip this time; `instead` (naive) is the first one after the gap."""

    def __init__(self, instead: datetime) -> None:
        words = {"time": clock(instead)}
        super().__init__(_("Clocks go forward then, and skip this time. The next one is %(time)s.") % words)
        self.instead = instead


class TwiceThatDay(ValueError):
    """Clocks go back, so this time comes twice: `first` and `second` are the two moments (aware, UTC)."""

    def __init__(self, first: datetime, second: datetime) -> None:
        super().__init__(_("Clocks go back then, so this time comes twice. Say which one."))
        self.first, self.second = first, second


def moment(wall: datetime, zone: ZoneInfo, *, second: bool | None = None) -> datetime:
    """The moment (UTC) at which clocks of a zone show `wall` (naive). `second`: which of two, where there are two.

    Raises NoSuchTime, TwiceThatDay; OverflowError at the end of the calendar.
    """
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early == late:
        return early
    if early > late:  # in a gap the two read the clock before and after it the wrong way round
        raise NoSuchTime(_after_gap(wall, zone))
    if second is None:
        raise TwiceThatDay(early, late)
    return late if second else early


def _after_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first wall time after the gap that holds `wall`: where both readings are one again."""
    after = wall.replace(second=0, microsecond=0)
    while True:
        after += timedelta(minutes=1)
        early, late = (after.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if early <= late:
            return after


@dataclass(frozen=True)
class Choice:
    """A time that is offered: what it is called, and the moment (UTC)."""

    label: str
    at: datetime


def usual_choices(zone: ZoneInfo, now: datetime) -> list[Choice]:
    """Later today, tomorrow, next Monday: those that are at least half an hour ahead, by clocks of the zone."""
    here = now.astimezone(zone)
    soon = now + timedelta(minutes=30)
    today = here.date()
    monday = today + timedelta(days=7 - here.weekday())
    days: list[tuple[str, date, tuple[int, ...]]] = [
        (_("Today"), today, (13, 17)),
        (_("Tomorrow"), today + timedelta(days=1), (9, 13)),
    ]
    if monday != today + timedelta(days=1):
        days.append((_("Monday"), monday, (9,)))
    found = []
    for name, day, hours in days:
        for hour in hours:
            wall = datetime(day.year, day.month, day.day, hour)
            try:
                at = moment(wall, zone, second=False)
            except NoSuchTime:
                continue
            if at >= soon:
                words = {"day": name, "time": clock(wall)}
                found.append(Choice(_("%(day)s, %(time)s") % words, at))
    return found


def on_the_wall(at: datetime, zone: ZoneInfo) -> str:
    """A moment as a clock there shows it, with its day: "Fri, Nov 27, 9:00 am"; with its year where that is another."""
    there = at.astimezone(zone)
    written = "D, M j" if there.year == datetime.now(zone).year else "D, M j, Y"
    return f"{date_format(there, written)}, {clock(there)}"


def place(zone: str) -> str:
    """What people call a zone: "Denver"."""
    return zone.rpartition("/")[2].replace("_", " ")
