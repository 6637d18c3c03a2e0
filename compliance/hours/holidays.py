"""Legal holidays by rules such as "the third Monday of January". Plain values: no Django.

A rule is one of {"on": "07-04"}, {"nth": [3, "mon", 1]} (-1: the last), {"before": ["mon", "05-25"]} (the last Monday
before that day) and {"easter": -2} (days after Easter Sunday of the western churches).
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

Rule = Mapping[str, Any]

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)


def is_holiday(day: date, rules: Sequence[Rule]) -> bool:
    """Whether `day` is one of these holidays, or the weekday on which one that falls on a weekend is kept.

    A Saturday's holiday is kept on the Friday before, a Sunday's on the Monday after (5 U.S.C. 6103(b), Executive
    Order 11582); the day itself stays a holiday. Easter's days keep their place.
    """
    for rule in rules:
        for year in (day.year, day.year + 1):  # New Year's Day may be kept on 31 December
            holiday = on(rule, year)
            if day == holiday or ("on" in rule and day == _kept(holiday)):
                return True
    return False


def on(rule: Rule, year: int) -> date:
    """The day that a rule means in a year. Raises ValueError for a rule of no known form."""
    match dict(rule):
        case {"on": day}:
            return date.fromisoformat(f"{year:04}-{day}")
        case {"nth": [nth, weekday, month]}:
            return _nth(nth, _WEEKDAYS.index(weekday), year, month)
        case {"before": [weekday, day]}:
            latest = date.fromisoformat(f"{year:04}-{day}") - _DAY
            return latest - timedelta((latest.weekday() - _WEEKDAYS.index(weekday)) % 7)
        case {"easter": days}:
            return easter(year) + timedelta(days)
    raise ValueError(f"no rule for a holiday: {dict(rule)}")


def observed(rule: Rule, year: int) -> date:
    """The weekday on which it is kept, for one with a date that falls on a weekend; else the day itself."""
    return _kept(on(rule, year)) if "on" in rule else on(rule, year)


def _kept(holiday: date) -> date:
    return holiday + {5: -_DAY, 6: _DAY}.get(holiday.weekday(), 0 * _DAY)


def _nth(nth: int, weekday: int, year: int, month: int) -> date:
    if nth < 0:
        following = date(year + month // 12, month % 12 + 1, 1)
        last = following - _DAY
        return last - (last.weekday() - weekday) % 7 * _DAY
    first = date(year, month, 1)
    return first + ((weekday - first.weekday()) % 7 + 7 * (nth - 1)) * _DAY


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the rule of the calendar's own reform, as Meeus gives it)."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
