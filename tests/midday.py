"""Customers for whom it is the middle of the day, for tests with real processes, whose clock nobody sets.

Quiet hours hold in them as in production. A zone that a customer told replaces the zones of their number, so one where
it is about noon now lets every text leave whenever the tests run. It does not replace the state of their number, and
some states close on Sundays and holidays all day: a customer of a test has a number of a state that never does.
"""

from datetime import UTC, datetime

from compliance.hours import quiet_hours
from compliance.hours.quiet_hours import TextClass, usual_rules
from compliance.hours.time_zones import whereabouts

_CLOSED_DAYS = (datetime(2026, 11, 22, 17, 30, tzinfo=UTC), datetime(2026, 11, 26, 17, 30, tzinfo=UTC))
"""A Sunday, and Thanksgiving; noon at the zone below."""


def is_open_on_closed_days(number: str) -> bool:
    """Whether the state of this number lets marketing leave at noon on any day."""
    where = whereabouts(number, zone="Etc/GMT+5")
    return all(quiet_hours.judge(where, day, TextClass.MARKETING, usual_rules()).is_open for day in _CLOSED_DAYS)


def midday_zone() -> str:
    """A zone of the tz database in which it is between noon and one now."""
    return zone_at(12)


def zone_at(hour: int) -> str:
    """A zone in which this hour of the day has begun."""
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"  # the names count the other way round
