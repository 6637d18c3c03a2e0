"""When an organization's purge begins. Plain values."""

import hashlib
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

BEGIN = time(2)
SPREAD = timedelta(hours=3)
"""Organizations begin one after the other within this, so that the night's work is no heap."""


def begins(organization: UUID, day: date, zone: str) -> datetime:
    """When the purge of this organization's night begins; always at the same time of its own clock."""
    share = int.from_bytes(hashlib.sha256(organization.bytes).digest()[:4], "big") / 2**32
    return datetime.combine(day, BEGIN, ZoneInfo(zone)) + SPREAD * share


def due_night(organization: UUID, now: datetime, zone: str) -> date:
    """The latest night whose beginning has passed."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return today if begins(organization, today, zone) <= now else today - timedelta(days=1)
