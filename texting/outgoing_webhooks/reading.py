"""What the pages show of endpoints and of their log."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy.egress import EgressRefused, address
from tenancy.encryption import prefetch, readable
from tenancy.isolation import activate
from texting.models import WebhookAttempt, WebhookDelivery, WebhookDue, WebhookEndpoint, WebhookEvent
from texting.outgoing_webhooks.bodies import as_json
from texting.outgoing_webhooks.managing import may_let_out
from texting.outgoing_webhooks.signing import message_id
from texting.outgoing_webhooks.words import KINDS, Trouble, trouble

PAGE = 50
CHUNK = 500  # rows of a download that are read at once
State = WebhookEndpoint.State


@dataclass(frozen=True)
class Filter:
    """What of the log is wanted; "" means everything."""

    state: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the log."""

    delivery: WebhookDelivery
    label: str

    @property
    def trouble(self) -> Trouble | None:
        """Why the last attempt had no answer."""
        return trouble(self.delivery.last_failure) if self.delivery.last_failure else None


@dataclass(frozen=True)
class Page:
    """Newest first. `before` leads to older ones, None at the end."""

    rows: list[Row]
    before: UUID | None


@dataclass(frozen=True)
class Call:
    """One attempt; `answer` is None when its key was destroyed.

    `is_hidden`: there is one, and it may repeat what was sent to members who may not see that.
    """

    attempt: WebhookAttempt
    answer: str | None
    is_hidden: bool = False

    @property
    def trouble(self) -> Trouble | None:
        """Why there was no answer."""
        return trouble(self.attempt.failure) if self.attempt.failure else None


@dataclass(frozen=True)
class Whole:
    """One delivery with everything about it. `body` is without content, whatever was sent."""

    row: Row
    webhook_id: str
    body: str
    calls: list[Call]
    due: WebhookDue | None


def endpoints(member: Membership) -> list[WebhookEndpoint]:
    """All of the organization's, oldest first."""
    require(member, Permission.WEBHOOKS_MANAGE)
    rows = list(WebhookEndpoint.objects.exclude(state=State.REMOVED).order_by("created_at", "id"))
    prefetch(rows)
    return rows


def endpoint(member: Membership, endpoint_id: UUID) -> WebhookEndpoint:
    """One of them. Raises Http404."""
    require(member, Permission.WEBHOOKS_MANAGE)
    row = WebhookEndpoint.objects.exclude(state=State.REMOVED).filter(pk=endpoint_id).first()
    if row is None:
        raise Http404
    prefetch([row])
    return row


def disabled_endpoints(member: Membership) -> int:
    """How many we had to disable: what the settings' menu counts."""
    return WebhookEndpoint.objects.filter(state__in=[State.GONE, State.FAILING]).count()


def host_of(row: WebhookEndpoint) -> str:
    """The host, for lists."""
    try:
        return address(row.url).authority
    except EgressRefused:  # the operator has closed what was open
        return row.url


def log_page(member: Membership, shown: WebhookEndpoint, wanted: Filter, *, before: UUID | None) -> Page:
    """The log of an endpoint, newest first."""
    require(member, Permission.WEBHOOKS_MANAGE)
    found = list(_wanted(shown.pk, wanted, before)[: PAGE + 1])
    return Page([_row(one) for one in found[:PAGE]], found[PAGE - 1].pk if len(found) > PAGE else None)


def whole_log(member: Membership, endpoint_id: UUID, wanted: Filter) -> Iterator[list[Row]]:
    """All of it in chunks, newest first, each read in an activation of its own: a slow download holds no transaction
    open, and ends when the member is deactivated meanwhile.
    """
    before: UUID | None = None
    while True:
        with activate(member.organization):
            acting = Membership.objects.filter(pk=member.pk, is_active=True, user__is_active=True)
            if not acting.filter(auth_epoch=member.auth_epoch, user__auth_epoch=member.user.auth_epoch).exists():
                return
            rows = [_row(one) for one in _wanted(endpoint_id, wanted, before)[:CHUNK]]
        if not rows:
            return
        yield rows
        before = rows[-1].delivery.pk


def _wanted(endpoint_id: UUID, wanted: Filter, before: UUID | None) -> QuerySet[WebhookDelivery]:
    rows = WebhookDelivery.objects.select_related("event").filter(endpoint=endpoint_id)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.kind:
        rows = rows.filter(event__kind=wanted.kind)
    if before:
        rows = rows.filter(pk__lt=before)
    return rows.order_by("-id")


def failed_count(shown: WebhookEndpoint) -> int:
    """How many deliveries could be replayed."""
    return WebhookDelivery.objects.filter(endpoint=shown, state=WebhookDelivery.State.FAILED).count()


def whole(member: Membership, endpoint_id: UUID, delivery_id: UUID) -> Whole:
    """One delivery. Raises Http404."""
    shown = endpoint(member, endpoint_id)
    rows = WebhookDelivery.objects.select_related("event", "endpoint").filter(endpoint=shown, pk=delivery_id)
    delivery = rows.first()
    if delivery is None:
        raise Http404
    attempts = list(WebhookAttempt.objects.filter(delivery=delivery).order_by("-started_at", "-number"))
    prefetch(attempts)
    return Whole(
        row=_row(delivery),
        webhook_id=message_id(delivery.event_id),
        body=_pretty(delivery.event),
        calls=_calls(member, attempts),
        due=WebhookDue.objects.filter(pk=delivery.pk).first(),
    )


def _calls(member: Membership, attempts: Sequence[WebhookAttempt]) -> list[Call]:
    if may_let_out(member):
        return [Call(one, readable(one, "answer")) for one in attempts]
    return [Call(one, "", is_hidden=bool(readable(one, "answer"))) for one in attempts]


def _row(delivery: WebhookDelivery) -> Row:
    kinds = {kind.value: words for kind, words in KINDS.items()}
    return Row(delivery, str(kinds.get(delivery.event.kind, delivery.event.kind)))


def _pretty(event: WebhookEvent) -> str:
    return json.dumps(json.loads(as_json(event, dict(event.data))), indent=2, ensure_ascii=False)
