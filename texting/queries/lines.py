"""The lines and how they are: what came, left, arrived and waits, counted in a handful of queries for all of them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Min, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy.ids import first_id, made_at
from texting.models import Line, LineKey, Message, OutboxEntry, QuarantinedRequest
from texting.phone_numbers import display
from texting.providers.base import Credentials
from texting.providers.catalog import ProviderCard, card_of
from texting.queries.access import NotYours
from texting.statuses import MessageStatus

HEALTH_SPAN = timedelta(days=1)
LONGEST_DRAFT = timedelta(days=1)  # a text's id may be made when its composer is opened, before the text is
_S = MessageStatus


@dataclass
class Health:
    """One line's last day; `waiting` and `quarantined` are of now. `oldest` is when the oldest that waits was made."""

    received: int = 0
    sent: int = 0
    delivered: int = 0
    undelivered: int = 0
    failed: int = 0
    waiting: int = 0
    oldest: datetime | None = None
    quarantined: int = 0
    heard_at: datetime | None = None
    stopped_at: datetime | None = None  # since when the provider refuses our sign-in or our account
    stopped_for: str = ""


@dataclass(frozen=True)
class LineRow:
    """A line in the list."""

    id: UUID
    name: str
    number: str
    team: str
    provider: ProviderCard
    is_active: bool
    campaign_id: UUID | None
    health: Health = field(compare=False)


@dataclass(frozen=True)
class LineDetails:
    """A line on its own page. Addresses are for copying to the provider; secrets are never among what is shown."""

    row: LineRow
    line: Line
    address: str
    previous_address: str
    has_previous_token: bool


def lines_page(member: Membership) -> list[LineRow]:
    """Every line of the organization, those that are on first. Raises MissingPermission."""
    require(member, Permission.LINES_MANAGE)
    lines = list(Line.objects.select_related("team").defer("credentials").order_by("-is_active", "name"))
    healths = _healths([line.pk for line in lines])
    return [_row(member, line, healths[line.pk]) for line in lines]


def line_details(member: Membership, line_id: UUID) -> LineDetails:
    """One of them. Raises NotYours, MissingPermission."""
    require(member, Permission.LINES_MANAGE)
    line = Line.objects.select_related("team").filter(pk=line_id).first()
    if line is None:
        raise NotYours
    key = LineKey.objects.get(line_id=line.pk)
    return LineDetails(
        row=_row(member, line, _healths([line.pk])[line.pk]),
        line=line,
        address=_address(line, key.key),
        previous_address=_address(line, key.previous_key) if key.previous_key else "",
        has_previous_token=bool(Credentials.from_json(line.credentials).previous_secret),
    )


def heard_at(member: Membership, line_id: UUID) -> datetime | None:
    """When a customer's text last came to the line's present address. Raises NotYours."""
    require(member, Permission.LINES_MANAGE)
    if not Line.objects.filter(pk=line_id).exists():
        raise NotYours
    return LineKey.objects.get(line_id=line_id).heard_at


def numbers_in_use() -> set[str]:
    """The numbers of the organization's lines."""
    return set(Line.objects.values_list("number", flat=True))


def _row(member: Membership, line: Line, health: Health) -> LineRow:
    number = display(line.number, member.organization.country)
    return LineRow(
        *(line.pk, line.name, number, line.team.name, card_of(line.provider), line.is_active, line.campaign_id), health
    )


def _address(line: Line, key: str) -> str:
    return f"{settings.PUBLIC_BASE_URL}/webhooks/{line.provider}/{key}/inbound"


def _healths(line_ids: Iterable[UUID]) -> dict[UUID, Health]:
    """By line; four queries, whatever their number."""
    wanted = list(line_ids)
    healths: dict[UUID, Health] = defaultdict(Health)
    for key in LineKey.objects.filter(line_id__in=wanted):
        health = healths[key.line_id]
        health.heard_at, health.stopped_at, health.stopped_for = key.heard_at, key.stopped_at, key.stopped_for
    _count_texts(healths, wanted)
    waiting = OutboxEntry.objects.filter(line_id__in=wanted).values("line_id")
    oldest = Min(Cast("message_id", TextField()))  # ids are in the order of time, also as text
    for row in waiting.annotate(number=Count("pk"), oldest=oldest):
        healths[row["line_id"]].waiting = row["number"]
        healths[row["line_id"]].oldest = made_at(UUID(row["oldest"]))
    refused = QuarantinedRequest.objects.filter(state=QuarantinedRequest.State.WAITING, line__in=wanted)
    for line_id, number in refused.order_by().values_list("line_id").annotate(Count("pk")):
        healths[line_id].quarantined = number
    return healths


def _count_texts(healths: dict[UUID, Health], wanted: list[UUID]) -> None:
    """The last day is a range of ids, which the index of organization and id finds."""
    since = timezone.now() - HEALTH_SPAN
    recent = Message.objects.filter(pk__gte=first_id(since - LONGEST_DRAFT), created_at__gte=since, line__in=wanted)
    groups = recent.order_by().values("line_id", "direction", "status")
    for group in groups.annotate(number=Count("pk"), left=Count("sent_at")):
        health, number = healths[group["line_id"]], group["number"]
        if group["direction"] == Message.Direction.IN:
            health.received += number
            continue
        health.sent += group["left"]
        health.delivered += number if group["status"] in {_S.DELIVERED, _S.READ} else 0
        health.undelivered += number if group["status"] == _S.UNDELIVERED else 0
        health.failed += number if group["status"] == _S.FAILED else 0
