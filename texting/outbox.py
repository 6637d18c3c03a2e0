"""The outbox: rows that stand for texts still to be handed to a provider.

Redis carries no truth: a task is only a doorbell for a row here. Claims are conditional and leased, by the database's
clock; results name the attempt they belong to, so that a worker that wakes up late cannot overwrite its successor.
"""

import logging
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from tenancy.isolation import current_organization_id
from texting.models import Contact, Message, OutboxEntry
from texting.purposes import PRIORITY, Purpose
from texting.statuses import MessageStatus

log = logging.getLogger("parley.outbox")

LEASE = timedelta(seconds=90)
BATCH = 50
LONGEST_RING = 30.0  # seconds; the sweep comes sooner than anything later would
LIFE = {Purpose.OPT_OUT_ANSWER: timedelta(minutes=5)}  # later it would need a showing of reasonableness (DOMAIN 1.2)
USUAL_LIFE = timedelta(hours=4)
FIRST_WAIT = 5.0  # seconds after a refusal that may pass; doubles with each attempt
LONGEST_WAIT = 600.0
FIRST_LOOK = timedelta(minutes=2)  # at the provider, for a text whose outcome is unknown


@dataclass(frozen=True)
class Claim:
    """A text that this worker, and nobody else, may hand over until the lease runs out."""

    message_id: UUID
    organization_id: UUID
    attempt: int
    expired: bool


def put(message: Message, purpose: Purpose) -> None:
    """Enter a queued text; after commit its line is rung."""
    now = timezone.now()
    OutboxEntry.objects.create(
        message_id=message.pk,
        organization_id=current_organization_id(),
        line_id=message.line_id,
        contact_id=message.contact_id,
        priority=PRIORITY[purpose],
        due_at=now,
        expires_at=now + LIFE.get(purpose, USUAL_LIFE),
    )
    line_id = message.line_id
    transaction.on_commit(lambda: ring(line_id), robust=True)


def ring(line_id: UUID, *, wait: float = 0) -> None:
    """Wake a worker for this line. A lost ring costs time only: the sweep finds the row."""
    from texting.tasks import deliver  # the edge imports this module

    try:
        deliver.apply_async(args=(str(line_id),), countdown=wait, retry=False)
    except Exception as error:
        log.warning("doorbell_lost", extra={"line": str(line_id), "error": type(error).__name__})


_CLAIM = """
WITH line AS (
    SELECT line_id, texts_per_second AS pace, greatest(free_at, statement_timestamp()) AS next_free
    FROM texting_linekey WHERE line_id = %(line)s FOR UPDATE SKIP LOCKED
), chosen AS (
    SELECT e.message_id FROM texting_outboxentry e, line
    WHERE e.line_id = line.line_id AND e.state = 'ready' AND e.due_at <= statement_timestamp()
      AND NOT EXISTS (
          SELECT 1 FROM texting_outboxentry earlier
          WHERE earlier.line_id = e.line_id AND earlier.contact_id = e.contact_id AND (
              earlier.state = 'sending'
              OR earlier.state = 'ready' AND (earlier.priority, earlier.message_id) < (e.priority, e.message_id)))
    ORDER BY e.priority, e.message_id
    LIMIT (
        SELECT least(%(batch)s, greatest(0, floor(
            (1 - extract(epoch FROM next_free - statement_timestamp())) * greatest(pace, 1) + 1e-6
        )))::int FROM line)
    FOR UPDATE OF e SKIP LOCKED
), claimed AS (
    UPDATE texting_outboxentry e
    SET state = 'sending', attempt = attempt + 1, lease_until = statement_timestamp() + make_interval(secs => %(lease)s)
    FROM chosen WHERE e.message_id = chosen.message_id
    RETURNING e.message_id, e.organization_id, e.attempt, e.expires_at <= statement_timestamp() AS expired
), paced AS (
    UPDATE texting_linekey k
    SET free_at = line.next_free + make_interval(secs => (SELECT count(*) FROM claimed) / line.pace)
    FROM line WHERE k.line_id = line.line_id AND EXISTS (SELECT 1 FROM claimed)
)
SELECT message_id, organization_id, attempt, expired FROM claimed ORDER BY message_id
"""


def claim(line_id: UUID) -> list[Claim]:
    """Take the next texts of a line, as many as its pace allows, urgent ones first, at most one for each contact.

    Empty when there is nothing, the pace is used up, or another worker is claiming this line right now.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"line": line_id, "batch": BATCH, "lease": LEASE.total_seconds()})
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
    due = timezone.now() + wait
    return bool(_still_ours(claim).update(state=OutboxEntry.State.READY, due_at=due, lease_until=None))


def back_off(attempt: int, retry_after: float | None = None) -> timedelta:
    """Doubling wait with jitter (half to whole), never shorter than the provider asks for."""
    wait = min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT) * random.uniform(0.5, 1)  # noqa: S311 - jitter
    return timedelta(seconds=max(wait, retry_after or 0.0))


def leave_unconfirmed(claim: Claim) -> bool:
    """The provider may or may not have the text: never back to ready by itself; looked up in a while."""
    look = timezone.now() + FIRST_LOOK
    return bool(_still_ours(claim).update(state=OutboxEntry.State.UNCONFIRMED, lease_until=None, due_at=look))


def _still_ours(claim: Claim):  # type: ignore[no-untyped-def]
    return OutboxEntry.objects.filter(
        message_id=claim.message_id, attempt=claim.attempt, state__in=["sending", "unconfirmed"]
    )


def ready_again(message: Message) -> None:
    """Put back a text of which it is certain that no provider was asked for it, in the running transaction."""
    waiting = OutboxEntry.objects.filter(message_id=message.pk, state=OutboxEntry.State.UNCONFIRMED)
    waiting.update(state=OutboxEntry.State.READY, due_at=timezone.now())


def run_out_leases() -> list[tuple[UUID, UUID, int]]:
    """Claims whose worker never came back become unconfirmed. Returns organization, message, attempt."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE texting_outboxentry SET state = 'unconfirmed', lease_until = NULL, due_at = clock_timestamp()"
            " WHERE state = 'sending' AND lease_until < clock_timestamp()"
            " RETURNING organization_id, message_id, attempt"
        )
        return list(cursor.fetchall())


def wait_for(line_id: UUID) -> float | None:
    """Seconds until the line's pace allows the next text that is due; None when none is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest(0.05, extract(epoch FROM k.free_at - clock_timestamp()) - 1"
            " + 1 / greatest(k.texts_per_second, 1)) FROM texting_linekey k"
            " WHERE k.line_id = %(line)s AND EXISTS (SELECT 1 FROM texting_outboxentry e"
            " WHERE e.line_id = k.line_id AND e.state = 'ready' AND e.due_at <= clock_timestamp())",
            {"line": line_id},
        )
        row = cursor.fetchone()
    return float(row[0]) if row else None


def ring_later(line_id: UUID, seconds: float) -> None:
    """Ring when the line's pace allows more; only one such ring waits for a line at a time."""
    wait = min(seconds, LONGEST_RING)
    try:
        if cache.add(f"outbox:ring:{line_id}", 1, timeout=math.ceil(wait)):
            ring(line_id, wait=wait)
    except Exception as error:  # the sweep rings too
        log.warning("doorbell_lost", extra={"line": str(line_id), "error": type(error).__name__})


def lines_with_work() -> list[UUID]:
    """Lines that have a text due now."""
    due = OutboxEntry.objects.filter(state=OutboxEntry.State.READY, due_at__lte=timezone.now())
    return list(due.order_by().values_list("line_id", flat=True).distinct())


def cancel_waiting(contact: Contact) -> int:
    """End every text to this contact that has not been handed over, in the running transaction. Returns how many.

    A text that a worker holds at this instant is asked again at the gate, or is already out of the house.
    """
    organization_id = current_organization_id()
    waiting = OutboxEntry.objects.select_for_update().filter(
        organization_id=organization_id, contact_id=contact.pk, state=OutboxEntry.State.READY
    )
    ids = list(waiting.values_list("message_id", flat=True))
    OutboxEntry.objects.filter(message_id__in=ids).delete()
    return Message.objects.filter(pk__in=ids).update(status=MessageStatus.CANCELED, error_kind="opted_out")
