"""The nights ahead: when the purges of an organization will begin. Plain values."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from retention.purging.nights import begins

AHEAD = 90
"""Nights that the preview looks at."""


def nights(organization: UUID, zone: str, after: datetime, number: int = AHEAD) -> list[datetime]:
    """The next ones after a moment, the first one first; aware, in the zone, as the purge itself begins."""
    day = after.astimezone(ZoneInfo(zone)).date()
    if begins(organization, day, zone) <= after:
        day += timedelta(days=1)
    return [begins(organization, day + timedelta(days=one), zone) for one in range(number)]
