"""A time by the clock of each recipient: when it is that time for one of whom more than one clock may be right."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from texting.models import Contact
from texting.scheduled.local_times import NoSuchTime, moment
from texting.scheduled.their_clock import customer_clock

BY_OURS = ""
"""The key of those of whom nothing is known: our clock stands for theirs."""


def clocks_of(contact: Contact) -> str:
    """The zones of the tz database in which a contact may be, as one key: sorted, with commas; or `BY_OURS`."""
    return ",".join(sorted(customer_clock().whereabouts(contact).zones))


def their_moment(clocks: str, wall: datetime, ours: str) -> datetime:
    """When it is `wall` (naive) by all of these clocks (UTC): so it is nowhere earlier than that. `ours`: our zone.

    A time that clocks skip in spring is the first after the gap; of one that comes twice it is the first.
    """
    return max(_moment(wall, ZoneInfo(zone)) for zone in (clocks or ours).split(","))


def first_moment(clocks: Sequence[str], wall: datetime, ours: str) -> tuple[datetime, str]:
    """Where it is that time first, of several keys: the moment, and the key. Without any it is by our clock."""
    return min((their_moment(key, wall, ours), key) for key in clocks or [BY_OURS])


def _moment(wall: datetime, zone: ZoneInfo) -> datetime:
    try:
        return moment(wall, zone, second=False)
    except NoSuchTime as skipped:
        return moment(skipped.instead, zone, second=False)
