"""Writes down what happened, in the transaction in which it happened.

Events are gathered while the transaction runs and written as one of its last steps, all of them with the statements of
one. Numbering them locks the organization's counter until the commit, which is short then. The audit log's head is
locked later still, by everybody in this order, so nobody waits in a circle.

An organization without endpoints pays one look every few seconds in each process, and nothing else. So its first
endpoint hears for certain what happens from `LOOK_AGAIN` after it was added.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from django.utils import timezone

from tenancy.isolation import before_commit, current_organization_id, kept_until_commit
from texting.models import Line, WebhookCounter, WebhookDelivery, WebhookDue, WebhookEndpoint, WebhookEvent
from texting.outgoing_webhooks import queue
from texting.outgoing_webhooks.kinds import SHAPES, EventKind

LOOK_AGAIN = 5.0  # seconds for which a process believes that an organization has no endpoint

State = WebhookEndpoint.State
Happened = tuple[EventKind, dict[str, Any], datetime]
RECORDING = (State.ENABLED, State.GONE, State.FAILING)
"""What happens while we have disabled an endpoint is kept as failed, so that a replay makes up for it."""

_without_endpoints: dict[UUID, float] = {}  # organization: until when this is believed (monotonic)


class _Gathered:
    """Events of the active transaction that are not written yet, each with its sign of life."""

    def __init__(self) -> None:
        self.events: list[tuple[Callable[[], None], EventKind, dict[str, Any], datetime]] = []


def publish(kind: EventKind, data: Mapping[str, UUID | str | int | None]) -> None:
    """Tell the active organization's endpoints, if any asked for this kind, when the transaction has committed.

    `data` are ids and plain words of ours, by the kind's shape; ValueError for another shape. Raises NoOrganization
    outside `activate`.
    """
    if data.keys() != SHAPES[kind]:
        raise ValueError(f"{kind} has {sorted(SHAPES[kind])}")
    if _without_endpoints.get(current_organization_id(), 0.0) > time.monotonic():
        return
    gathered = kept_until_commit(_Gathered)
    if not gathered.events:
        before_commit(_write)

    def sign_of_life() -> None:
        """Django forgets what is to run after commit when the savepoint it was registered in is rolled back."""

    transaction.on_commit(sign_of_life)
    plain = {name: str(value) if isinstance(value, UUID) else value for name, value in data.items()}
    gathered.events.append((sign_of_life, kind, plain, timezone.now()))


def look_again(organization_id: UUID) -> None:
    """Forget, in this process, that the organization had no endpoint."""
    _without_endpoints.pop(organization_id, None)


def _write() -> None:
    gathered = kept_until_commit(_Gathered)
    registered: list[Any] = connections["default"].run_on_commit
    living = {function for _, function, _ in registered}
    told: dict[str, Happened] = {}
    for sign, kind, data, at in gathered.events:
        if sign in living:  # said twice is told once
            told.setdefault(json.dumps([kind, data], sort_keys=True), (kind, data, at))
    happened = list(told.values())
    gathered.events = []
    if not happened:
        return
    endpoints = WebhookEndpoint.objects.filter(state__in=RECORDING)
    wanted = list(endpoints.values_list("pk", "kinds", "state"))
    if not wanted:
        _without_endpoints[current_organization_id()] = time.monotonic() + LOOK_AGAIN
        return
    asked_for = [entry for entry in happened if any(entry[0] in kinds for _, kinds, _ in wanted)]
    asked_for = _without_codes(asked_for) if asked_for else []
    if asked_for:
        events = numbered(asked_for)
        enter(
            [
                WebhookDelivery(endpoint_id=endpoint_id, event=event, **_state(state))
                for event in events
                for endpoint_id, kinds, state in wanted
                if event.kind in kinds
            ]
        )


def _without_codes(happened: Sequence[Happened]) -> list[Happened]:
    """What happens on the line for sign-in codes is nobody's affair."""
    hidden = {str(pk) for pk in Line.objects.filter(sends_codes=True).values_list("pk", flat=True)}
    return [entry for entry in happened if entry[1].get("line_id") not in hidden]


def _state(state: str) -> dict[str, Any]:
    if state == State.ENABLED:
        return {}
    return {"state": WebhookDelivery.State.FAILED, "last_failure": queue.DISABLED, "finished_at": timezone.now()}


def numbered(happened: Sequence[Happened]) -> list[WebhookEvent]:
    """Store events with the next numbers. The counter stays locked until the transaction ends."""
    last = _count(len(happened))
    if last is None:
        WebhookCounter.objects.bulk_create([WebhookCounter()], ignore_conflicts=True)
        last = _count(len(happened)) or 0
    events = [
        WebhookEvent(kind=kind, data=data, occurred_at=at, sequence=last - len(happened) + place)
        for place, (kind, data, at) in enumerate(happened, start=1)
    ]
    return WebhookEvent.objects.bulk_create(events)


def _count(events: int) -> int | None:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "UPDATE texting_webhookcounter SET last = last + %s WHERE organization_id = %s RETURNING last",
            [events, current_organization_id()],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def enter(deliveries: Sequence[WebhookDelivery]) -> None:
    """Store deliveries; those that wait are queued, and after the commit a sender is woken."""
    organization_id, now = current_organization_id(), timezone.now()
    WebhookDelivery.objects.bulk_create(deliveries)
    due = [
        WebhookDue(delivery_id=one.pk, organization_id=organization_id, endpoint_id=one.endpoint_id, due_at=now)
        for one in deliveries
        if one.state == WebhookDelivery.State.WAITING
    ]
    if due:
        WebhookDue.objects.bulk_create(due)
        transaction.on_commit(queue.ring, robust=True)
