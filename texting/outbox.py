"""The outbox: rows that stand for texts still to be handed to a provider.

Redis carries no truth: a task is only a doorbell for a row here. Claims are conditional and leased, by the database's
clock; results name the attempt they belong to, so that a worker that wakes up late cannot overwrite its successor.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from accounts.models import Team
from tenancy import arrays
from tenancy.crash_points import crash_here
from tenancy.isolation import current_organization_id
from texting import outgoing_webhooks
from texting.doorbells import ring
from texting.limits import refunds
from texting.models import Contact, Line, Message, OutboxEntry, SendAttempt
from texting.outbox_statements import BOUNDS, CLAIM, ENTER, WAIT, WORK
from texting.purposes import URGENT_PRIORITY, Purpose, terms_of
from texting.statuses import MessageStatus

LEASE = timedelta(seconds=90)
BATCH = 100
FIRST_WAIT = 5.0  # seconds after a refusal that may pass; doubles with each attempt
LONGEST_WAIT = 600.0
FIRST_LOOK = timedelta(minutes=2)  # at the provider, for a text whose outcome is unknown
LAST_LOOK = timedelta(minutes=10)
PROBE_EVERY = timedelta(minutes=1)  # one text, on a line that has stopped
LEAST_PRIORITY = 32_767


@dataclass(frozen=True)
class Claim:
    """A text that this worker, and nobody else, may hand over until the lease runs out.

    `at` is the database's time; `resends` how often the text was sent again by itself, this time included; `refusals`
    how often in a row the line's provider has refused our sign-in or account.
    """

    message_id: UUID
    organization_id: UUID
    attempt: int
    expired: bool
    at: datetime
    resends: int
    refusals: int


def put_all(messages: Sequence[Message], purpose: Purpose, *, deadline: datetime | None = None) -> None:
    """Enter queued texts, worth sending until `deadline` or as long as their terms say; after commit lines are rung.
    The life of one that has `held_until` begins then.

    All times are the database's, so a process whose clock is wrong enters its texts like any other.
    """
    terms = terms_of(purpose, many=any(message.announcement_id for message in messages))
    values: dict[str, Any] = {
        "organization": current_organization_id(),
        "priority": terms.priority,
        "deadline": deadline,
        "life": terms.life,
        "messages": arrays.uuids(message.pk for message in messages),
        "lines": arrays.uuids(message.line_id for message in messages),
        "contacts": arrays.uuids(message.contact_id for message in messages),
        "segments": arrays.numbers(1 if message.media_count else max(message.segments, 1) for message in messages),
        "pictures": arrays.numbers(message.media_count > 0 for message in messages),
        "held": arrays.moments(message.held_until for message in messages),
    }
    with connection.cursor() as cursor:
        cursor.execute(ENTER, values)
    for line_id in {message.line_id for message in messages}:
        ring_after_commit(line_id)
    crash_here("before_queued")


def end_at(message: Message, deadline: datetime) -> None:
    """Let a waiting text be worth sending until `deadline` (aware)."""
    OutboxEntry.objects.filter(message_id=message.pk).update(expires_at=deadline)


def ring_after_commit(line_id: UUID) -> None:
    """Wake a worker for this line when the running transaction has committed."""

    def tell() -> None:
        crash_here("before_doorbell")
        ring(line_id)

    transaction.on_commit(tell, robust=True)


def claim(line_id: UUID, *, least: int = LEAST_PRIORITY) -> list[Claim]:
    """Take the next texts of a line, as many as its pace and its campaign's allow, urgent ones first, at most one for
    each contact. Paces count segments: a long text takes as much as several.

    None of a lower priority (a greater number) than `least`, and nothing but what is urgent while another line of the
    campaign has an urgent text that could leave.

    Empty when there is nothing, a pace is used up, another worker is claiming this line right now, or the line has
    stopped and is not to be tried yet (then one text goes as a trial).
    """
    times = {"lease": LEASE.total_seconds(), "probe": PROBE_EVERY.total_seconds()}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, {"line": line_id, "batch": BATCH, "least": least, **times, **BOUNDS})
        return [Claim(*row) for row in cursor.fetchall()]


def hold(claims: Sequence[Claim]) -> list[Claim]:
    """The claims that are still ours, their rows locked until the transaction ends.

    A worker that slept past its lease must not begin: its text may be ready again, or with somebody else.
    """
    rows = OutboxEntry.objects.select_for_update().filter(
        message_id__in=[claim.message_id for claim in claims], state=OutboxEntry.State.SENDING
    )
    current = dict(rows.order_by("message_id").values_list("message_id", "attempt"))
    return [claim for claim in claims if current.get(claim.message_id) == claim.attempt]


def finish(claim: Claim) -> bool:
    """Nothing is left to do for this text. False when the claim is no longer ours."""
    return bool(_still_ours(claim).delete()[0])


def try_again(claim: Claim, *, wait: timedelta) -> bool:
    """Put the text back, due after `wait`. False when the claim is no longer ours."""
    return bool(_still_ours(claim).update(state=OutboxEntry.State.READY, due_at=Now() + wait, lease_until=None))


def hold_until(claim: Claim, moment: datetime, *, life: timedelta) -> bool:
    """Put the text back, due at `moment`; if it would have ended by then, its `life` begins anew there."""
    row = _still_ours(claim)
    if not row.update(state=OutboxEntry.State.READY, due_at=moment, held_until=moment, lease_until=None):
        return False
    OutboxEntry.objects.filter(pk=claim.message_id, expires_at__lt=moment + life).update(expires_at=moment + life)
    return True


def back_off(attempt: int, retry_after: float | None = None) -> timedelta:
    """Doubling wait with jitter (half to whole), never shorter than the provider asks for."""
    wait = min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT) * random.uniform(0.5, 1)  # noqa: S311 - jitter
    return timedelta(seconds=max(wait, retry_after or 0.0))


def _still_ours(claim: Claim) -> QuerySet[OutboxEntry]:
    states = [OutboxEntry.State.SENDING, OutboxEntry.State.UNCONFIRMED]
    return OutboxEntry.objects.filter(message_id=claim.message_id, attempt=claim.attempt, state__in=states)


def ready_again(message_id: UUID, attempt: int) -> None:
    """Put back a text of which it is certain that no provider was asked for it in this attempt, in the running
    transaction. Another attempt of which nothing is known stays where it is: sending that one again may send it twice.
    """
    waiting = OutboxEntry.objects.filter(message_id=message_id, attempt=attempt, state=OutboxEntry.State.UNCONFIRMED)
    waiting.update(state=OutboxEntry.State.READY, due_at=Now(), unconfirmed_since=None)


def send_again(entry: OutboxEntry) -> None:
    """Put back, once more, a text that the provider does not have for all it says; its line is rung after commit."""
    waiting = OutboxEntry.objects.filter(pk=entry.pk)
    waiting.update(
        state=OutboxEntry.State.READY,
        due_at=Now(),
        unconfirmed_since=None,
        restored_at=None,
        resends=F("resends") + 1,
    )
    transaction.on_commit(lambda: ring(entry.line_id), robust=True)


def run_out_leases() -> list[tuple[UUID, UUID, int]]:
    """Claims whose worker never came back become unconfirmed. Returns organization, message, attempt."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE texting_outboxentry SET state = 'unconfirmed', lease_until = NULL,"
            " unconfirmed_since = clock_timestamp(), due_at = clock_timestamp()"
            " WHERE state = 'sending' AND lease_until < clock_timestamp()"
            " RETURNING organization_id, message_id, attempt"
        )
        return list(cursor.fetchall())


def wait_for(line_id: UUID) -> float | None:
    """Seconds until line and campaign allow the next text that is due and waits for no other; None when none is."""
    with connection.cursor() as cursor:
        cursor.execute(WAIT, {"line": line_id, **BOUNDS})
        row = cursor.fetchone()
    return float(row[0]) if row else None


def lines_with_work() -> list[UUID]:
    """Lines that have a text due now, unless they have stopped and are not to be tried yet.

    One line of each organization, then a second one of each, and so on: whoever has many lines does not come first.
    """
    with connection.cursor() as cursor:
        cursor.execute(WORK)
        return [line_id for (line_id,) in cursor.fetchall()]


def urgent_waits(line_id: UUID) -> bool:
    """Whether the line has a text due now that somebody waits for."""
    due = OutboxEntry.objects.filter(line_id=line_id, state=OutboxEntry.State.READY, due_at__lte=Now())
    return due.filter(priority__lte=URGENT_PRIORITY).exists()


@dataclass(frozen=True)
class Stopped:
    """What became of the texts to one person: `canceled` were ended, `in_flight` were with a worker at that instant."""

    canceled: int
    in_flight: tuple[UUID, ...]


def cancel(message_id: UUID) -> bool:
    """Take back a text that waits, in the running transaction. False when a worker has it, or it may have left."""
    ready = OutboxEntry.objects.filter(message_id=message_id, state=OutboxEntry.State.READY, resends=0)
    return bool(ready.delete()[0])


def cancel_waiting(contact: Contact, *, team: Team | None = None, brand_id: UUID | None = None) -> Stopped:
    """End every text to this contact that waits, in the running transaction; with a team or brand, those of its lines.

    The rows of texts that a worker holds are locked too: either that worker's gate has not been asked yet and will hear
    of what this transaction writes, or its attempt is written down, and the text counts as in flight.
    """
    waiting = OutboxEntry.objects.select_for_update().filter(
        organization_id=current_organization_id(), contact_id=contact.pk
    )
    if team is not None or brand_id is not None:
        theirs = Q(team=team) if team is not None else Q()
        theirs |= Q(campaign__brand=brand_id) if brand_id is not None else Q()
        waiting = waiting.filter(line_id__in=Line.objects.filter(theirs).values("pk"))
    states = dict(waiting.order_by("message_id").values_list("message_id", "state"))
    ready = [pk for pk, state in states.items() if state == OutboxEntry.State.READY]
    held = [pk for pk, state in states.items() if state == OutboxEntry.State.SENDING]
    begun = SendAttempt.objects.filter(message_id__in=held, outcome="").values_list("message_id", flat=True)
    in_flight = tuple(begun.order_by("message_id")) if held else ()
    OutboxEntry.objects.filter(message_id__in=ready).delete()
    ended = Message.objects.filter(pk__in=ready)
    canceled = ended.update(status=MessageStatus.CANCELED, error_kind="opted_out", receipt_due_at=None)
    for message in ended.defer("body") if ready else ():
        outgoing_webhooks.tell_status(message)
    refunds.refund(ready)
    return Stopped(canceled, in_flight)
