"""When a purge may run: at night, by the clock of the organization. Plain values."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

NIGHT = time(2)
AHEAD = 90
"""Nights that the preview looks at."""


def nights(zone: str, after: datetime, number: int = AHEAD) -> list[datetime]:
    """The next nights after a moment, the first one first; aware, in the zone."""
    place = ZoneInfo(zone)
    day = after.astimezone(place).date()
    if datetime.combine(day, NIGHT, place) <= after:
        day += timedelta(days=1)
    return [datetime.combine(day + timedelta(days=one), NIGHT, place) for one in range(number)]
