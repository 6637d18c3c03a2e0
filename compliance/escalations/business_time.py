"""Minutes of business hours: when so many of them have passed. Plain values: no Django.

A window is kept by the clock on the wall of one zone and counted in real minutes: on the day on which the clock goes
forward, a window around that hour is an hour shorter, and an hour longer when it goes back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Window = tuple[time, time]
"""Opening and closing time of one day; midnight as a closing time is the end of the day."""

_DAY = timedelta(days=1)
_LONGEST = 3 * 366  # days to look ahead; hours that open less often than that never open


class NeverOpen(ValueError):
    """These hours have no open minute."""


@dataclass(frozen=True)
class Hours:
    """`week`: a window or None for each day, Monday first."""

    zone: str
    week: tuple[Window | None, ...]
    is_holiday: Callable[[date], bool]


def after(moment: datetime, minutes: int, hours: Hours) -> datetime:
    """When so many business minutes have passed since `moment` (aware; the answer is in UTC).

    None passes outside the windows: what comes at night begins to count at the next opening. Raises NeverOpen.
    """
    left = timedelta(minutes=minutes)
    start = moment.astimezone(UTC)  # a sum in another zone would go by the clock on the wall
    for opens, closes in _windows(start, hours):
        begin = max(opens, start)
        if closes - begin >= left:
            return begin + left
        left -= closes - begin
    raise NeverOpen


def between(start: datetime, end: datetime, hours: Hours) -> timedelta:
    """The business time from `start` to `end`; nothing when `end` is not later."""
    passed = timedelta()
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    for opens, closes in _windows(start, hours):
        if opens >= end:
            break
        passed += max(min(closes, end) - max(opens, start), timedelta())
    return passed


def next_opening(moment: datetime, hours: Hours) -> datetime:
    """When the window begins that is open at that moment (aware), or else the next one, in UTC. Raises NeverOpen."""
    for opens, _closes in _windows(moment.astimezone(UTC), hours):
        return opens
    raise NeverOpen


def _windows(since: datetime, hours: Hours) -> Iterator[tuple[datetime, datetime]]:
    """Those that close after `since`, in UTC, in order."""
    zone = ZoneInfo(hours.zone)
    first = since.astimezone(zone).date()
    for ahead in range(_LONGEST):
        day = first + ahead * _DAY
        window = hours.week[day.weekday()]
        if window is None or hours.is_holiday(day):
            continue
        ends_on = day + _DAY if window[1] == time(0) else day
        opens = datetime.combine(day, window[0], zone).astimezone(UTC)
        closes = datetime.combine(ends_on, window[1], zone).astimezone(UTC)
        if closes > max(opens, since):
            yield opens, closes
