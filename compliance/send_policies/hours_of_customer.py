"""What the hours are for one customer, in words: places, clocks, rows, when the next text of each kind may leave."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from compliance.hours import own_hours, quiet_hours, time_zones
from compliance.hours.quiet_hours import Hours, TextClass
from compliance.send_policies.hours import where_is, window
from texting.local_time import clock, their_time
from texting.models import Contact


@dataclass(frozen=True)
class ShownHours:
    """`zones`: (zone, clock there). `marketing` and `others`: open now, or from when in their time; "" is never."""

    zones: tuple[tuple[str, str], ...]
    places: str
    marketing_is_open: bool
    marketing: str
    others_are_open: bool
    others: str


def hours_of(contact: Contact, at: datetime) -> ShownHours:
    """Where the customer may be and what follows at this moment (aware)."""
    where, own = where_is(contact), own_hours.decided().hours
    marketing = window(where, at, own)
    others = quiet_hours.judge(where, at, TextClass.INFORMATIONAL, own)
    return ShownHours(
        zones=tuple((zone, clock(at.astimezone(ZoneInfo(zone)))) for zone in where.zones),
        places=", ".join("–" if place == time_zones.UNKNOWN_PLACE else place for place in where.places),
        marketing_is_open=marketing.is_open,
        marketing=_when(marketing, at),
        others_are_open=others.is_open,
        others=_when(others, at),
    )


def _when(found: Hours, at: datetime) -> str:
    moment = found.closes_at if found.is_open else found.opens_at
    return their_time(found.zones, moment, since=at) if moment else ""
