"""What time it is for somebody who may be in several zones, in words. Plain values: no Django.

A number tells where it was issued, not where its owner is, so there may be more zones than one: which, is asked of
`settings.TEXTING_CUSTOMER_ZONES`.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo


def clock(moment: datetime) -> str:
    """A local time as people say it: 8:12 pm."""
    return f"{moment:%-I:%M} {'am' if moment.hour < 12 else 'pm'}"


def there(zones: Sequence[str], at: datetime) -> str:
    """ "8:12 pm in Denver", "5:12 pm to 8:12 pm where they may be"; "" without a zone."""
    if not zones:
        return ""
    first, last = _ends(zones, at)
    if first != last:
        return f"{first} to {last} where they may be"
    place = zones[0].rpartition("/")[2].replace("_", " ")
    return f"{first} for them" if zones[0].startswith("Etc/") or len(zones) > 1 else f"{first} in {place}"


def sentence(zones: Sequence[str], at: datetime) -> str:
    """ "It is 5:40 am for them." or, for several zones, "It is between 2:40 am and 5:40 am where they may be." """
    first, last = _ends(zones, at)
    if first == last:
        return f"It is {first} for them."
    return f"It is between {first} and {last} where they may be."


def their_time(zones: Sequence[str], at: datetime, *, since: datetime, words: str = " their time") -> str:
    """ "8:00 am their time" for a moment soon after `since`; with the day when that is another one there."""
    here = min((at.astimezone(ZoneInfo(zone)) for zone in zones), key=_wall)
    day = "" if here.date() == since.astimezone(here.tzinfo).date() else f" on {here:%A}"
    return f"{clock(here)}{words}{day}"


def _ends(zones: Sequence[str], at: datetime) -> tuple[str, str]:
    there = sorted((at.astimezone(ZoneInfo(zone)) for zone in zones), key=_wall)
    return clock(there[0]), clock(there[-1])


def _wall(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
