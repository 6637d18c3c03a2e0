"""Spans of days in an organization's calendar, and how finely a plot cuts them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LONGEST = 366  # days
USUAL = (7, 30, 90, 365)
_BY_DAY, _BY_WEEK = 45, 200  # days up to which a plot shows each day, each week; beyond, months


@dataclass(frozen=True)
class Period:
    """From `first` to `last`, both included, in the time zone `zone`."""

    first: date
    last: date
    zone: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def begin(self) -> datetime:
        """Included."""
        return datetime.combine(self.first, time.min, ZoneInfo(self.zone))

    @property
    def end(self) -> datetime:
        """Not included."""
        return datetime.combine(self.last + timedelta(days=1), time.min, ZoneInfo(self.zone))

    @property
    def bounds(self) -> dict[str, list[Any]]:
        """For a statement: `days` with where each begins (`starts`, included) and ends (`stops`, not)."""
        days = [self.first + timedelta(days=number) for number in range(self.days + 1)]
        edges = [datetime.combine(day, time.min, ZoneInfo(self.zone)) for day in days]
        return {"days": days[:-1], "starts": edges[:-1], "stops": edges[1:]}

    @property
    def before(self) -> "Period":
        """As many days, just before it."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1), self.zone)

    def fold(self, by_day: Mapping[date, int], buckets: Iterable[date]) -> list[int]:
        """The counts of days as counts of `buckets`."""
        sums = dict.fromkeys(buckets, 0)
        for day, number in by_day.items():
            sums[self._bucket(day)] += number
        return list(sums.values())

    def buckets(self) -> list[date]:
        """The first day of each step of a plot: a day, a week (from Monday) or a month."""
        return list(dict.fromkeys(self._bucket(self.first + timedelta(days=number)) for number in range(self.days)))

    def _bucket(self, day: date) -> date:
        if self.days <= _BY_DAY:
            return day
        begin = day - timedelta(days=day.weekday()) if self.days <= _BY_WEEK else day.replace(day=1)
        return max(begin, self.first)


def newest(days: int, *, today: date, zone: str) -> Period:
    """The last so many days up to and with today."""
    return Period(today - timedelta(days=days - 1), today, zone)


def last_week(today: date, zone: str) -> Period:
    """The last whole week, Monday to Sunday."""
    monday = today - timedelta(days=today.weekday())
    return Period(monday - timedelta(days=7), monday - timedelta(days=1), zone)


def last_month(today: date, zone: str) -> Period:
    """The last whole month."""
    last = today.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last, zone)
