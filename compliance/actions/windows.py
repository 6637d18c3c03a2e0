"""The days that are counted: whole ones of the organization, as many before the change as after; the day itself is in
neither, since nobody knows at which hour it took effect.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from compliance.reports.periods import Period

SETTLES = timedelta(days=1)
"""After the last day, for what comes late: receipts, checks that could not be told yet."""
WATCHED = timedelta(days=365)
"""After the change, a rate that holds is measured again every window."""


def today(zone: str) -> date:
    """In an organization's time zone."""
    return timezone.now().astimezone(ZoneInfo(zone)).date()


def window_before(day: date, days: int, zone: str) -> Period:
    """The days before this one."""
    return Period(day - timedelta(days=days), day - timedelta(days=1), zone)


def window_after(day: date, days: int, zone: str) -> Period:
    """The days after this one."""
    return Period(day + timedelta(days=1), day + timedelta(days=days), zone)


def counted_on(period: Period) -> date:
    """The day on which a window can be counted."""
    return period.last + timedelta(days=1) + SETTLES
