"""Customers for whom it is the middle of the day, for tests with real processes, whose clock nobody sets.

Quiet hours hold in them as in production. A zone that a customer told replaces the zones of their number, so one where
it is about noon now lets every text leave whenever the tests run; their number is of New York, whose row knows no
closed days.
"""

from datetime import UTC, datetime


def midday_zone() -> str:
    """A zone of the tz database in which it is between noon and one now."""
    return zone_at(12)


def zone_at(hour: int) -> str:
    """A zone in which this hour of the day has begun."""
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"  # the names count the other way round
