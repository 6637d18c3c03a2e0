"""What time it probably is where a phone number belongs. Plain values: no Django.

A number tells where it was issued, not where its owner is; but it is all there is before they say more.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import NumberParseException
from phonenumbers.timezone import time_zones_for_number

_UNKNOWN = "Etc/Unknown"


def zone_of(e164: str) -> ZoneInfo | None:
    """The time zone of the number's area; None when there are several, or none is known."""
    try:
        zones = time_zones_for_number(phonenumbers.parse(e164))
    except NumberParseException:
        return None
    return ZoneInfo(zones[0]) if len(zones) == 1 and zones[0] != _UNKNOWN else None


def there(e164: str, now: datetime) -> tuple[str, str] | None:
    """(clock, city) such as ("12:02", "Denver"), for an aware time; None when the area has several zones."""
    zone = zone_of(e164)
    if zone is None:
        return None
    return f"{now.astimezone(zone):%H:%M}", zone.key.rpartition("/")[2].replace("_", " ")
