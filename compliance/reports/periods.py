"""Spans of days in an organization's calendar, and how finely a plot cuts them."""

from collections.abc import Iterable, Mapping, Sequence
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
        return edges([self.first + timedelta(days=number) for number in range(self.days)], self.zone)

    @property
    def year_before(self) -> "Period":
        """The same days of the year before; 29 February becomes the 28th."""
        return Period(_year_before(self.first), _year_before(self.last), self.zone)

    @property
    def before(self) -> "Period":
        """As many days, just before it."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1), self.zone)

    def fold(self, by_day: Mapping[date, int], buckets: Iterable[date]) -> list[int]:
        """The counts of days as counts of `buckets`."""
        sums = dict.fromkeys(buckets, 0)
        for day, number in by_day.items():
            sums[self.bucket(day)] += number
        return list(sums.values())

    def buckets(self) -> list[date]:
        """The first day of each step of a plot: a day, a week (from Monday) or a month."""
        return list(dict.fromkeys(self.bucket(self.first + timedelta(days=number)) for number in range(self.days)))

    def bucket(self, day: date) -> date:
        """The first day of the step of a plot that a day of the period is in."""
        if self.days <= _BY_DAY:
            return day
        begin = day - timedelta(days=day.weekday()) if self.days <= _BY_WEEK else day.replace(day=1)
        return max(begin, self.first)


def edges(days: Sequence[date], zone: str) -> dict[str, list[Any]]:
    """Where each of these days begins (`starts`, included) and ends (`stops`, not) in a zone."""
    here = ZoneInfo(zone)
    return {
        "days": list(days),
        "starts": [datetime.combine(day, time.min, here) for day in days],
        "stops": [datetime.combine(day + timedelta(days=1), time.min, here) for day in days],
    }


def newest(days: int, *, today: date, zone: str) -> Period:
    """The last so many days up to and with today."""
    return Period(today - timedelta(days=days - 1), today, zone)


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def last_week(today: date, zone: str) -> Period:
    """The last whole week, Monday to Sunday."""
    monday = today - timedelta(days=today.weekday())
    return Period(monday - timedelta(days=7), monday - timedelta(days=1), zone)


def last_month(today: date, zone: str) -> Period:
    """The last whole month."""
    last = today.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last, zone)
