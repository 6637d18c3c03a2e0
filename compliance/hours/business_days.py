"""The end of a number of business days, by one organization's clock and its country's holidays."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from compliance.hours.holidays import Rule, is_holiday

_DAY = timedelta(days=1)
_SATURDAY = 5


def after_business_days(moment: datetime, days: int, *, zone: str, holidays: tuple[Rule, ...]) -> datetime:
    """The same clock time so many business days later (aware, in `zone`).

    What comes on a day off counts as if it came at the first minute of the next business day. A clock time that the
    change to summer time leaves out becomes the one after it.
    """
    here = ZoneInfo(zone)
    local = moment.astimezone(here)
    day, clock = local.date(), local.time()
    if _is_off(local, holidays):
        clock = time(0)
    left = days
    while _is_off(datetime.combine(day, clock), holidays):
        day += _DAY
    while left:
        day += _DAY
        if not _is_off(datetime.combine(day, clock), holidays):
            left -= 1
    return datetime.combine(day, clock, here).astimezone(UTC).astimezone(here)


def _is_off(moment: datetime, holidays: tuple[Rule, ...]) -> bool:
    return moment.weekday() >= _SATURDAY or is_holiday(moment.date(), holidays)
