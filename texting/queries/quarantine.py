"""What an admin sees of the requests that were refused: when, where, why; never the text, the sender masked only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Sum

from accounts.models import Membership
from accounts.permissions import Permission, require
from texting.causes import Cause, Words, words
from texting.models import QuarantinedRequest, QuarantineHour
from texting.queries.access import NotYours

PAGE_SIZE = 25
MOST_SHOWN = 100  # the menu counts no further

State, Kind = QuarantinedRequest.State, QuarantinedRequest.Kind


@dataclass(frozen=True)
class Refused:
    """One refused request as the page shows it. `ended_by` is empty while it waits."""

    id: UUID
    received_at: datetime
    line: str
    is_text: bool
    sender: str
    words: Words
    state: str
    tried_at: datetime | None
    held_secret: bool
    ended_at: datetime | None
    ended_by: str


@dataclass(frozen=True)
class Quarantine:
    """A page of it. `counts`: how many in each state; `left_out`: how many were only counted in the days kept."""

    page: Page[QuarantinedRequest]
    rows: list[Refused]
    counts: dict[str, int]
    left_out: int


def quarantine_page(member: Membership, state: str, number: int) -> Quarantine:
    """The requests in this state, newest first; page `number` from 1. Raises MissingPermission."""
    require(member, Permission.QUARANTINE_REPLAY)
    rows = _rows().filter(state=state)
    counted = dict.fromkeys(State.values, 0) | dict(
        QuarantinedRequest.objects.order_by().values_list("state").annotate(Count("pk"))
    )
    left_out = QuarantineHour.objects.filter(left_out__gt=0).aggregate(total=Sum("left_out"))["total"] or 0
    page = Paginator(rows, PAGE_SIZE).get_page(number)
    return Quarantine(page, [_shown(row) for row in page.object_list], counted, left_out)


def quarantined(member: Membership, request_id: UUID) -> Refused:
    """One of them. Raises NotYours, MissingPermission."""
    require(member, Permission.QUARANTINE_REPLAY)
    row = _rows().filter(pk=request_id).first()
    if row is None:
        raise NotYours
    return _shown(row)


def waiting_in_quarantine(member: Membership) -> int:
    """How many wait, for the menu; counted to MOST_SHOWN."""
    if not member.may(Permission.QUARANTINE_REPLAY):
        return 0
    return QuarantinedRequest.objects.filter(state=State.WAITING).order_by()[:MOST_SHOWN].count()


def refused_since(member: Membership, since: datetime) -> int:
    """How many came after that moment; counted to MOST_SHOWN."""
    require(member, Permission.QUARANTINE_REPLAY)
    rows = QuarantinedRequest.objects.filter(state=State.WAITING, received_at__gt=since)
    return rows.order_by()[:MOST_SHOWN].count()


def _rows() -> QuerySet[QuarantinedRequest]:
    """Without what is sealed: no key is needed to look at the list."""
    rows = QuarantinedRequest.objects.select_related("line", "ended_by__user").defer("request", "line__credentials")
    return rows.order_by("-received_at", "-pk")


def _shown(row: QuarantinedRequest) -> Refused:
    address = settings.PUBLIC_BASE_URL
    return Refused(
        id=row.pk,
        received_at=row.received_at,
        line=row.line.name if row.line else "",
        is_text=row.kind == Kind.INBOUND,
        sender=row.sender_masked,
        words=words(Cause(row.cause), address=address, signed_address=row.signed_address),
        state=row.state,
        tried_at=row.tried_at,
        held_secret=row.held_secret,
        ended_at=row.ended_at,
        ended_by=row.ended_by.user.name if row.ended_by else "",
    )
