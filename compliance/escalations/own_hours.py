"""The business hours of the active organization, as `business_time` takes them."""

from datetime import date, time
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Q

from compliance.escalations.business_time import Hours, Window
from compliance.hours.holidays import Rule, is_holiday
from compliance.hours.quiet_hours import holidays_of
from compliance.models import BusinessHours, Holiday
from tenancy.isolation import current_organization_id
from tenancy.models import Organization

USUAL: dict[str, list[str]] = {str(day): ["09:00", "17:00"] for day in range(5)}
"""Monday to Friday, as `BusinessHours.days` keeps it."""


def hours_now(team_id: UUID | None = None) -> Hours:
    """What holds for the active organization, with its holidays of all years; for a team that has its own, those."""
    organization = Organization.objects.get(pk=current_organization_id())
    rows = {one.team_id: one for one in BusinessHours.objects.filter(Q(team=None) | Q(team=team_id))}
    row = rows.get(team_id, rows.get(None))
    own = _days(None) | (_days(team_id) if team_id in rows else {})
    legal = holidays_of(organization.country) if row is None or row.legal_holidays else ()
    return Hours(
        zone=zone_of(row, organization),
        week=week_of(row.days if row else USUAL),
        is_holiday=partial(_is_off, own, legal),
    )


def _days(team_id: UUID | None) -> dict[int, set[date]]:
    """The days of the organization's table, or of a team's, by year."""
    found: dict[int, set[date]] = {}
    for day in Holiday.objects.filter(team=team_id).values_list("day", flat=True):
        found.setdefault(day.year, set()).add(day)
    return found


def zone_of(row: BusinessHours | None, organization: Organization) -> str:
    """The hours' own zone, or the organization's where they have none."""
    return row.time_zone if row and row.time_zone else organization.time_zone


def week_of(days: dict[str, list[str]]) -> tuple[Window | None, ...]:
    """Stored days as windows, Monday first."""
    return tuple(_window(days.get(str(day))) for day in range(7))


def is_zone(name: str) -> bool:
    """Whether a name of a time zone is one."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _window(stored: list[str] | None) -> Window | None:
    return (time.fromisoformat(stored[0]), time.fromisoformat(stored[1])) if stored else None


def _is_off(own: dict[int, set[date]], legal: tuple[Rule, ...], day: date) -> bool:
    """By the table where it has a day of that year, else by the country's law."""
    return day in own[day.year] if day.year in own else is_holiday(day, legal)
