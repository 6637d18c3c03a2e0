"""Days on which a text leaves again and again, and the moments at which it does. Plain values: nothing is stored here.

A pattern is of the wall: "every Tuesday at nine" is nine by the clock of its reader, before and after clocks change. A
time that clocks skip is the first one after the gap; one that comes twice is the first of the two, once. A month that
is too short for the day has its last day instead, so "on the 31st" is twelve texts a year and not seven.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from texting.scheduled.local_times import NoSuchTime, moment

LAST_DAY = 0
"""Of a month, as a day of a pattern."""
MOST_GAP = 52
MOST_TIMES = 1_000
LAST_YEAR = 2_200
_A_DAY = timedelta(days=1)


class Every(StrEnum):
    """What a gap counts."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Pattern:
    """Every `gap` days, weeks (on `weekdays`, 0 is Monday) or months (on `day`), from `starts` on, to `until` itself.

    Weeks begin on Monday, and the first one is that of `starts`.
    """

    every: Every
    at: time
    starts: date
    gap: int = 1
    weekdays: tuple[int, ...] = ()
    day: int = LAST_DAY
    until: date | None = None

    def days(self, since: date | None = None) -> Iterator[date]:
        """Its days in order, from `since` on, without end where there is none (but the end of the calendar)."""
        since = self.starts if since is None else max(since, self.starts)
        if since.year > LAST_YEAR:
            return
        for day in self._days(since):
            if day.year > LAST_YEAR or (self.until is not None and day > self.until):
                return
            if day >= since:
                yield day

    def _days(self, since: date) -> Iterator[date]:
        match self.every:
            case Every.DAY:
                yield from self._every_day(since)
            case Every.WEEK:
                yield from self._every_week(since)
            case _:
                yield from self._every_month(since)

    def _every_day(self, since: date) -> Iterator[date]:
        steps = -((self.starts - since).days // self.gap)  # upwards
        day = self.starts + timedelta(days=steps * self.gap)
        while True:
            yield day
            day += timedelta(days=self.gap)

    def _every_week(self, since: date) -> Iterator[date]:
        first = self.starts - timedelta(days=self.starts.weekday())
        step = timedelta(weeks=self.gap)
        monday = first + (since - first) // step * step
        while True:
            yield from (monday + timedelta(days=one) for one in sorted(set(self.weekdays)))
            monday += step

    def _every_month(self, since: date) -> Iterator[date]:
        first = self.starts.year * 12 + self.starts.month - 1
        month = first + (since.year * 12 + since.month - 1 - first) // self.gap * self.gap
        while True:
            yield _in_month(*divmod(month, 12), self.day)
            month += self.gap


@dataclass(frozen=True)
class Occurrence:
    """One of its days, and the moment (UTC) at which it is due."""

    day: date
    at: datetime


def on_clocks(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment (UTC) at which clocks of a zone show `wall` (naive), or would if they did not skip it; the first of
    two.
    """
    try:
        return moment(wall, zone, second=False)
    except NoSuchTime as skipped:
        return moment(skipped.instead, zone, second=False)


def coming(pattern: Pattern, zone: ZoneInfo, *, after: datetime, since: date | None = None) -> Iterator[Occurrence]:
    """What is due later than `after` (aware), in order; `since`: on no earlier day."""
    near = after.astimezone(zone).date() - _A_DAY
    for day in pattern.days(near if since is None else max(near, since)):
        at = on_clocks(datetime.combine(day, pattern.at), zone)
        if at > after:
            yield Occurrence(day, at)


def following(pattern: Pattern, zone: ZoneInfo, *, after: datetime, since: date | None = None) -> Occurrence | None:
    """The next one; None when there is none."""
    return next(coming(pattern, zone, after=after, since=since), None)


def some(pattern: Pattern, zone: ZoneInfo, *, after: datetime, most: int) -> list[Occurrence]:
    """The next few."""
    return list(islice(coming(pattern, zone, after=after), most))


def _in_month(year: int, month: int, day: int) -> date:
    """`month` counts from 0."""
    ends = date(year + month // 11, (month + 1) % 12 + 1, 1) - _A_DAY
    return ends if day == LAST_DAY else ends.replace(day=min(day, ends.day))
