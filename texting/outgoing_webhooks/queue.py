"""Deliveries that are still to be made: who may be called next, and when again.

Redis carries no truth: a ring only wakes a sender. Claims are leased by the database's clock; a lease that ran out is
claimed again, since calling twice is allowed (the webhook's id stays the same) and not calling is not.
"""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from texting.models import WebhookDue

log = logging.getLogger("parley.webhooks")

DISABLED = "disabled"  # what a delivery's last_failure says when its endpoint was disabled
LEASE = timedelta(seconds=60)  # a call takes 15 at most
WAITS = (5, 30, 120, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 86_400)
"""Seconds before the second attempt, the third, ...: 71 hours in all."""
LONGEST_WAIT = 86_400.0
MOST_OF_ONE_ORGANIZATION = 10  # calls at the same time, over all its endpoints
BELL = "webhooks:bell"


@dataclass(frozen=True)
class Claim:
    """A delivery that this sender, and nobody else, may make until the lease runs out."""

    delivery_id: UUID
    organization_id: UUID
    endpoint_id: UUID
    attempt: int
    tried_before: int


def ring() -> None:
    """Wake a sender. Many rings of one second are one; a lost ring costs time only: the sweep finds the rows."""
    from texting.outgoing_webhooks.tasks import send_webhooks  # the edge imports this module

    try:
        if cache.add(BELL, 1, timeout=1):
            send_webhooks.apply_async(retry=False)
    except Exception as error:
        log.warning("doorbell_lost", extra={"error": type(error).__name__})


def answer_bell() -> None:
    """Whoever rings from now on means something new."""
    try:
        cache.delete(BELL)
    except Exception as error:
        log.warning("doorbell_lost", extra={"error": type(error).__name__})


# One claimer at a time, so that the limits hold; another one leaves with nothing and comes again.
# An organization's calls that are under way count before its next ones, so whoever has few goes first.
_CLAIM = """
WITH waiting AS (
    SELECT l.endpoint_id, l.organization_id,
        l.width - (SELECT count(*) FROM texting_webhookdue b
                   WHERE b.endpoint_id = l.endpoint_id AND b.lease_until >= statement_timestamp()) AS room
    FROM texting_webhooklane l
    WHERE EXISTS (SELECT 1 FROM texting_webhookdue d
                  WHERE d.endpoint_id = l.endpoint_id AND d.due_at <= statement_timestamp())
), busy AS (
    SELECT organization_id, count(*) AS calls FROM texting_webhookdue
    WHERE lease_until >= statement_timestamp() GROUP BY organization_id
), next AS (
    SELECT d.delivery_id, w.organization_id, d.due_at, coalesce(b.calls, 0)
        + row_number() OVER (PARTITION BY w.organization_id ORDER BY d.place, d.due_at, d.delivery_id) AS turn
    FROM waiting w LEFT JOIN busy b USING (organization_id) CROSS JOIN LATERAL (
        SELECT q.delivery_id, q.due_at, row_number() OVER (ORDER BY q.due_at, q.delivery_id) AS place
        FROM texting_webhookdue q
        WHERE q.endpoint_id = w.endpoint_id AND q.due_at <= statement_timestamp()
          AND (q.lease_until IS NULL OR q.lease_until < statement_timestamp())
        ORDER BY q.due_at, q.delivery_id LIMIT greatest(w.room, 0)) d
), chosen AS (
    SELECT delivery_id FROM next WHERE turn <= %(of_one)s ORDER BY turn, due_at, delivery_id LIMIT %(most)s
)
UPDATE texting_webhookdue d
SET attempt = attempt + 1, lease_until = statement_timestamp() + make_interval(secs => %(lease)s)
FROM chosen WHERE d.delivery_id = chosen.delivery_id
RETURNING d.delivery_id, d.organization_id, d.endpoint_id, d.attempt, d.tried_before
"""
_LOCK = 0x5745_4248_4F4F_4B53  # advisory; any number that nobody else uses


def claim(most: int) -> list[Claim]:
    """Take up to `most` deliveries that are due: few of each endpoint, organizations in turn."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        (alone,) = cursor.fetchone()
        if not alone:
            return []
        limits = {"most": most, "of_one": MOST_OF_ONE_ORGANIZATION, "lease": LEASE.total_seconds()}
        cursor.execute(_CLAIM, limits)
        return [Claim(*row) for row in cursor.fetchall()]


def finish(claim: Claim) -> bool:
    """Nothing is left to do. False when the claim is no longer ours."""
    return bool(_ours(claim).delete()[0])


def try_again(claim: Claim, wait: float) -> bool:
    """Due again after so many seconds. False when the claim is no longer ours."""
    return bool(_ours(claim).update(due_at=timezone.now() + timedelta(seconds=wait), lease_until=None))


def wait_after(claim: Claim, asked_for: float | None = None) -> float | None:
    """Seconds until the next attempt, with jitter, not shorter than the endpoint asks for; None after the last one."""
    made = claim.attempt - claim.tried_before
    if made > len(WAITS):
        return None
    wait = WAITS[made - 1] * random.uniform(0.85, 1.0)  # noqa: S311 - jitter
    return max(wait, min(asked_for or 0.0, LONGEST_WAIT))


def cancel_all(endpoint_id: UUID) -> None:
    """Nothing more goes to this endpoint; what is under way at this instant may still arrive."""
    WebhookDue.objects.filter(endpoint_id=endpoint_id).delete()


def again(organization_id: UUID, deliveries: Sequence[tuple[UUID, UUID, int]]) -> None:
    """Start a new round now for deliveries given as (delivery, endpoint, attempts so far)."""
    now = timezone.now()
    rows = [
        WebhookDue(
            delivery_id=delivery_id,
            organization_id=organization_id,
            endpoint_id=endpoint_id,
            due_at=now,
            attempt=attempts,
            tried_before=attempts,
        )
        for delivery_id, endpoint_id, attempts in deliveries
    ]
    WebhookDue.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["delivery_id"],
        update_fields=["due_at", "tried_before"],
    )
    transaction.on_commit(ring, robust=True)


def _ours(claim: Claim):  # type: ignore[no-untyped-def]
    return WebhookDue.objects.filter(delivery_id=claim.delivery_id, attempt=claim.attempt)
