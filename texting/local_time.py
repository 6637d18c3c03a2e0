"""What time it is for somebody who may be in several zones, in words of whoever reads them.

A number tells where it was issued, not where its owner is, so there may be more zones than one: which, is asked of
`settings.TEXTING_CUSTOMER_ZONES`.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from tenancy.said import gettext as _
from tenancy.said import moment


def clock(at: datetime) -> str:
    """A local time as people say it: 8:12 pm."""
    words = {"time": f"{at:%-I:%M}"}
    return (_("%(time)s am") if at.hour < 12 else _("%(time)s pm")) % words


def there(zones: Sequence[str], at: datetime) -> str:
    """ "8:12 pm in Denver", "5:12 pm to 8:12 pm where they may be"; "" without a zone."""
    if not zones:
        return ""
    first, last = _ends(zones, at)
    if first != last:
        return _("%(first)s to %(last)s where they may be") % {"first": first, "last": last}
    if zones[0].startswith("Etc/") or len(zones) > 1:
        return _("%(time)s for them") % {"time": first}
    return _("%(time)s in %(place)s") % {"time": first, "place": zones[0].rpartition("/")[2].replace("_", " ")}


def sentence(zones: Sequence[str], at: datetime) -> str:
    """ "It is 5:40 am for them." or, for several zones, "It is between 2:40 am and 5:40 am where they may be." """
    first, last = _ends(zones, at)
    if first == last:
        return _("It is %(time)s for them.") % {"time": first}
    return _("It is between %(first)s and %(last)s where they may be.") % {"first": first, "last": last}


def their_time(zones: Sequence[str], at: datetime, *, since: datetime, says_whose: bool = True) -> str:
    """ "8:00 am their time" for a moment soon after `since`; with the day when that is another one there."""
    here = min((at.astimezone(ZoneInfo(zone)) for zone in zones), key=_wall)
    words = {"time": clock(here), "day": moment(here, "l")}
    if here.date() == since.astimezone(here.tzinfo).date():
        return _("%(time)s their time") % words if says_whose else words["time"]
    return (_("%(time)s their time on %(day)s") if says_whose else _("%(time)s on %(day)s")) % words


def _ends(zones: Sequence[str], at: datetime) -> tuple[str, str]:
    there = sorted((at.astimezone(ZoneInfo(zone)) for zone in zones), key=_wall)
    return clock(there[0]), clock(there[-1])


def _wall(at: datetime) -> datetime:
    return at.replace(tzinfo=None)
