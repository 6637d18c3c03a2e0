"""What an admin decides about business hours and holidays. It counts for escalations that open from then on."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.escalations import holiday_names
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.own_hours import USUAL, is_zone
from compliance.hours.holidays import observed, on
from compliance.hours.quiet_hours import holidays_of
from compliance.models import BusinessHours, Holiday
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from tenancy.models import Organization

EARLIEST, LATEST = 2020, 2099
LONGEST_NAME = 60


@dataclass(frozen=True)
class Wanted:
    """`days` as `BusinessHours.days`; `time_zone` empty: the organization's own."""

    days: dict[str, list[str]]
    time_zone: str = ""
    legal_holidays: bool = True


@dataclass(frozen=True)
class Day:
    """A holiday that counts. `id` is None for one that stands in no table and counts by law."""

    day: date
    name: str
    id: UUID | None = None


def change(*, member: Membership, wanted: Wanted) -> bool:
    """Keep the hours. Whether anything changed. Raises CannotAct, MissingPermission."""
    require(member, Permission.ESCALATIONS_MANAGE)
    if not wanted.days:
        raise CannotAct(_("Open on at least one day of the week."))
    if wanted.time_zone and not is_zone(wanted.time_zone):
        raise CannotAct(_("There is no time zone of this name. Write one such as America/Denver."))
    row = _row()
    before = Wanted(row.days, row.time_zone, row.legal_holidays)
    if before == wanted:
        return False
    row.days, row.time_zone, row.legal_holidays = wanted.days, wanted.time_zone, wanted.legal_holidays
    row.save()
    changed = {name: [getattr(before, name), value] for name, value in vars(wanted).items()}
    audit.record(event=AuditKind.ESCALATION_HOURS_CHANGED, actor=member, object=row, changed=changed)
    return True


def add_day(*, member: Membership, day: date, name: str) -> None:
    """Nobody is expected to act on that day. The year's legal holidays enter the table with its first day.

    Raises CannotAct, MissingPermission.
    """
    require(member, Permission.ESCALATIONS_MANAGE)
    words = " ".join(name.replace("\x00", "").split())
    if not 1 <= len(words) <= LONGEST_NAME:
        raise CannotAct(_("Give the day a name of at most %(most)d characters.") % {"most": LONGEST_NAME})
    if not EARLIEST <= day.year <= LATEST:
        raise CannotAct(_("Choose a day between %(first)d and %(last)d.") % {"first": EARLIEST, "last": LATEST})
    rows = [Holiday(day=day, name=words)]
    if _row().legal_holidays and not Holiday.objects.filter(day__year=day.year).exists():
        rows += [Holiday(day=one.day, name=one.name) for one in suggested(day.year) if one.day != day]
    Holiday.objects.bulk_create(rows, ignore_conflicts=True)
    _record(member, added=str(day))


def adopt(*, member: Membership, year: int) -> int:
    """Put the legal holidays of a year into the table, to be changed there. Returns how many are new."""
    require(member, Permission.ESCALATIONS_MANAGE)
    if not EARLIEST <= year <= LATEST:
        raise CannotAct(_("Choose a year between %(first)d and %(last)d.") % {"first": EARLIEST, "last": LATEST})
    known = set(Holiday.objects.filter(day__year=year).values_list("day", flat=True))
    new = [Holiday(day=one.day, name=one.name) for one in suggested(year) if one.day not in known]
    Holiday.objects.bulk_create(new, ignore_conflicts=True)
    if new:
        _record(member, adopted=year)
    return len(new)


def remove_day(*, member: Membership, holiday: Holiday) -> None:
    """That day counts again. Raises MissingPermission."""
    require(member, Permission.ESCALATIONS_MANAGE)
    if Holiday.objects.filter(pk=holiday.pk).delete()[0]:
        _record(member, removed=str(holiday.day))


def days_of(year: int) -> list[Day]:
    """What counts as a holiday in a year: the table's, or those by law where it has none of that year."""
    own = [Day(one.day, one.name, one.pk) for one in Holiday.objects.filter(day__year=year).order_by("day")]
    row = BusinessHours.objects.first()
    return own or (suggested(year) if row is None or row.legal_holidays else [])


def suggested(year: int) -> list[Day]:
    """The country's legal holidays of a year, and the weekdays on which those of a weekend are kept."""
    country = Organization.objects.get(pk=current_organization_id()).country
    found: dict[date, str] = {}
    for rule in holidays_of(country):
        name = holiday_names.name_of(rule, country)
        for of_year in (year, year + 1):  # New Year's Day may be kept on 31 December
            day, kept = on(rule, of_year), observed(rule, of_year)
            found.setdefault(day, name)
            found.setdefault(kept, _("%(holiday)s (observed)") % {"holiday": name})
    return [Day(day, found[day]) for day in sorted(found) if day.year == year]


def _row() -> BusinessHours:
    """The organization's, locked; the usual one where it has none yet."""
    BusinessHours.objects.bulk_create([BusinessHours(days=USUAL)], ignore_conflicts=True)
    return BusinessHours.objects.select_for_update().get()


def _record(member: Membership, **facts: Any) -> None:
    audit.record(event=AuditKind.ESCALATION_HOURS_CHANGED, actor=member, object=member.organization, **facts)
