"""What an admin decides about business hours and holidays. It counts for escalations that open from then on."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Membership, Team
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
from texting import counted_days

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
    """A holiday that counts. `id` is None for one that stands in no table and counts by law. `name`: as it is kept."""

    day: date
    name: str
    id: UUID | None = None

    @property
    def words(self) -> str:
        """Its name in the language of whoever reads it."""
        return holiday_names.in_words(self.name)


def change(*, member: Membership, wanted: Wanted, team: Team | None = None) -> bool:
    """Keep the hours, of the organization or of a team that has its own from then on. Whether anything changed.

    Raises CannotAct, MissingPermission.
    """
    require(member, Permission.ESCALATIONS_MANAGE)
    if not wanted.days:
        raise CannotAct(_("Open on at least one day of the week."))
    if wanted.time_zone and not is_zone(wanted.time_zone):
        raise CannotAct(_("There is no time zone of this name. Write one such as America/Denver."))
    is_new = not BusinessHours.objects.filter(team=team).exists()
    row = _row(team)
    before = Wanted(row.days, row.time_zone, row.legal_holidays)
    if before == wanted and not (team and is_new):
        return False
    row.days, row.time_zone, row.legal_holidays = wanted.days, wanted.time_zone, wanted.legal_holidays
    row.save()
    changed = {name: [getattr(before, name), value] for name, value in vars(wanted).items()}
    audit.record(
        event=AuditKind.ESCALATION_HOURS_CHANGED, actor=member, object=row, changed=changed, team=team and team.pk
    )
    return True


def forget_team(*, member: Membership, team: Team) -> None:
    """The team keeps the organization's hours and holidays again. Raises MissingPermission."""
    require(member, Permission.ESCALATIONS_MANAGE)
    Holiday.objects.filter(team=team).delete()
    if BusinessHours.objects.filter(team=team).delete()[0]:
        _record(member, team, forgotten=True)


def add_day(*, member: Membership, day: date, name: str, team: Team | None = None) -> None:
    """Nobody is expected to act on that day. The year's legal holidays enter the table with its first day.

    Raises CannotAct, MissingPermission.
    """
    require(member, Permission.ESCALATIONS_MANAGE)
    words = " ".join(name.replace("\x00", "").split())
    if not 1 <= len(words) <= LONGEST_NAME:
        raise CannotAct(_("Give the day a name of at most %(most)d characters.") % {"most": LONGEST_NAME})
    if not EARLIEST <= day.year <= LATEST:
        raise CannotAct(_("Choose a day between %(first)d and %(last)d.") % {"first": EARLIEST, "last": LATEST})
    rows = [Holiday(day=day, name=words, team=team)]
    legal = _row(team).legal_holidays
    if not Holiday.objects.filter(day__year=day.year, team=team).exists():
        known = days_of(day.year, team) if team or legal else []
        rows += [Holiday(day=one.day, name=one.name, team=team) for one in known if one.day != day]
    Holiday.objects.bulk_create(rows, ignore_conflicts=True)
    _record(member, team, added=str(day))


def adopt(*, member: Membership, year: int, team: Team | None = None) -> int:
    """Put the holidays of a year that hold without it into the table, to be changed there. How many are new."""
    require(member, Permission.ESCALATIONS_MANAGE)
    if not EARLIEST <= year <= LATEST:
        raise CannotAct(_("Choose a year between %(first)d and %(last)d.") % {"first": EARLIEST, "last": LATEST})
    known = set(Holiday.objects.filter(day__year=year, team=team).values_list("day", flat=True))
    held = days_of(year, team) if team else suggested(year)
    new = [Holiday(day=one.day, name=one.name, team=team) for one in held if one.day not in known]
    Holiday.objects.bulk_create(new, ignore_conflicts=True)
    if new:
        _record(member, team, adopted=year)
    return len(new)


def remove_day(*, member: Membership, holiday: Holiday) -> None:
    """That day counts again. Raises MissingPermission."""
    require(member, Permission.ESCALATIONS_MANAGE)
    if Holiday.objects.filter(pk=holiday.pk).delete()[0]:
        _record(member, holiday.team, removed=str(holiday.day))


def days_of(year: int, team: Team | None = None) -> list[Day]:
    """What counts as a holiday in a year: the table's, or those by law where it has none of that year.

    A team's own table, where it has any day of that year, else the organization's table, whose rows are not the team's.
    """
    rows = list(Holiday.objects.filter(day__year=year, team=team).order_by("day"))
    if rows:
        return [Day(one.day, one.name, one.pk) for one in rows]
    if team is not None and (held := Holiday.objects.filter(day__year=year, team=None)).exists():
        return [Day(one.day, one.name) for one in held.order_by("day")]
    row = row_of(team)
    return suggested(year) if row is None or row.legal_holidays else []


def suggested(year: int) -> list[Day]:
    """The country's legal holidays of a year, and the weekdays on which those of a weekend are kept."""
    country = Organization.objects.get(pk=current_organization_id()).country
    found: dict[date, str] = {}
    for rule in holidays_of(country):
        name = holiday_names.name_of(rule, country)
        for of_year in (year, year + 1):  # New Year's Day may be kept on 31 December
            day, kept = on(rule, of_year), observed(rule, of_year)
            found.setdefault(day, name)
            found.setdefault(kept, holiday_names.observed(name))
    return [Day(day, found[day]) for day in sorted(found) if day.year == year]


def row_of(team: Team | None) -> BusinessHours | None:
    """The hours that hold: the team's own, or the organization's; None where those are the usual ones."""
    rows = {one.team_id: one for one in BusinessHours.objects.filter(Q(team=None) | Q(team=team))}
    return rows.get(team.pk if team else None, rows.get(None))


def _row(team: Team | None) -> BusinessHours:
    """The organization's or the team's, locked; made like the one that holds where it has none yet."""
    held = row_of(team) or BusinessHours(days=USUAL)
    new = BusinessHours(team=team, days=held.days, time_zone=held.time_zone, legal_holidays=held.legal_holidays)
    BusinessHours.objects.bulk_create([new], ignore_conflicts=True)
    return BusinessHours.objects.select_for_update(of=("self",)).get(team=team)


def _record(member: Membership, team: Team | None, **facts: Any) -> None:
    about = team or member.organization
    counted_days.forget_all()
    audit.record(event=AuditKind.ESCALATION_HOURS_CHANGED, actor=member, object=about, **facts)
