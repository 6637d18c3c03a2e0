"""The report of reveals: who looked at whom, when and why; the customers masked for whoever may not see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy.encryption import prefetch
from tenancy.isolation import activate
from texting.models import Reveal
from texting.queries.cursors import Cursor, older_than
from texting.queries.seeing import Customer, customer, sees_everybody, wording

PAGE = 50
CHUNK = 500


@dataclass(frozen=True)
class RevealFilter:
    """What is looked for; empty fields look for everything. Days are the organization's, both included."""

    who: UUID | None = None
    reason: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class RevealRow:
    """One reveal. `ended_at`: when it was hidden or its time was over. `told`: admins were mailed because of it."""

    id: UUID
    at: datetime
    who: str
    who_id: UUID
    customer: Customer
    reason: str
    words: str
    ended_at: datetime
    told: bool


@dataclass(frozen=True)
class RevealPage:
    """Rows from newest to oldest. `next` is where the next page begins, "" on the last one."""

    rows: tuple[RevealRow, ...]
    next: str = ""


def reveals_page(member: Membership, wanted: RevealFilter, cursor: Cursor | None = None) -> RevealPage:
    """One page of the report. Raises MissingPermission."""
    require(member, Permission.AUDIT_READ)
    found = list(_after(_find(member, wanted), cursor)[: PAGE + 1])
    shown = found[:PAGE]
    place = str(Cursor(shown[-1].created_at, shown[-1].pk)) if len(found) > PAGE else ""
    return RevealPage(_rows(member, shown), place)


def all_reveals(member: Membership, wanted: RevealFilter) -> Iterator[tuple[RevealRow, ...]]:
    """Everything that matches, in chunks, each read in an activation of its own: a slow download holds no transaction
    open, and ends when the member is deactivated or loses the right meanwhile.
    """
    cursor: Cursor | None = None
    while True:
        with activate(member.organization):
            acting = Membership.objects.select_related("user", "organization").filter(pk=member.pk).first()
            if acting is None or acting.epoch != member.epoch or not acting.may(Permission.AUDIT_EXPORT):
                return
            found = list(_after(_find(acting, wanted), cursor)[:CHUNK])
            rows = _rows(acting, found)
        if not rows:
            return
        yield rows
        cursor = Cursor(found[-1].created_at, found[-1].pk)


def people_who_revealed() -> list[tuple[UUID, str]]:
    """Whoever stands in the report, by name."""
    ids = Reveal.objects.order_by().values("member")
    rows = Membership.objects.filter(pk__in=ids).select_related("user")
    return sorted(((row.pk, row.user.name) for row in rows), key=lambda one: one[1].casefold())


def _find(member: Membership, wanted: RevealFilter) -> QuerySet[Reveal]:
    rows = Reveal.objects.select_related("member__user", "contact").order_by("-created_at", "-id")
    if not sees_everybody(member):
        rows = rows.defer("contact__number")
    if wanted.who:
        rows = rows.filter(member_id=wanted.who)
    if wanted.reason:
        rows = rows.filter(reason=wanted.reason)
    zone = ZoneInfo(member.organization.time_zone)
    if wanted.since:
        rows = rows.filter(created_at__gte=datetime.combine(wanted.since, time.min, zone))
    if wanted.until:
        rows = rows.filter(created_at__lt=datetime.combine(wanted.until + timedelta(days=1), time.min, zone))
    return rows


def _after(rows: QuerySet[Reveal], cursor: Cursor | None) -> QuerySet[Reveal]:
    return rows.filter(older_than(cursor, "created_at")) if cursor else rows


def _rows(member: Membership, rows: list[Reveal]) -> tuple[RevealRow, ...]:
    prefetch([*rows, *(row.contact for row in rows)])
    return tuple(
        RevealRow(
            id=row.pk,
            at=row.created_at,
            who=row.member.user.name,
            who_id=row.member_id,
            customer=customer(member, row.contact, in_list=True),
            reason=str(Reveal.Reason(row.reason).label),
            words=wording(member, row, "words", in_list=True),
            ended_at=row.hidden_at or row.until,
            told=row.told,
        )
        for row in rows
    )
