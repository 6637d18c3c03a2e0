"""Hands claimed texts to their provider and records what became of them.

Three steps, never mixed: prepare (one transaction: gate again, attempt written down), call (no transaction open),
record (one transaction). What dies between them is told apart by what was written: an attempt without an end is an
unknown outcome.
"""

import logging
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models.functions import Now

from tenancy import metrics
from tenancy.crash_points import crash_here
from tenancy.isolation import activate
from texting import circuit, deferring, keeping, outbox, progress
from texting.doorbells import answered, ring, ring_later
from texting.models import Line, Message, OutboxEntry, SendAttempt
from texting.outbox import LEAST_PRIORITY
from texting.preparing import Prepared, prepare
from texting.provider_connection import ProviderConnection, Result
from texting.purposes import URGENT_PRIORITY
from texting.recording import Answer, answer_to
from texting.statuses import ErrorKind, MessageStatus
from texting.turns import turn

log = logging.getLogger("parley.delivery")

OVERDUE = timedelta(minutes=1)  # a claim finds the usual ones first
OVERDUE_BATCH = 500
TURN_SECONDS = 3.0  # then others have their turn (`texting.turns`), and a new task goes on
UNDER_WAY = 2  # batches with the provider at a time: while one waits for its answers, another leaves
NEXT_TURN = 0.5  # seconds until somebody without a turn asks again


@dataclass(frozen=True)
class _Batch:
    """Texts of one line that may be handed over now."""

    line: Line
    prepared: Sequence[Prepared]
    refusals: int


def take_turn(line_id: UUID, *, urgent: bool) -> int:
    """Hand over what is due on one line, if it is its organization's turn. Returns how many.

    What is left rings again: the other bell at once for what is not urgent, else when pace or turn allow it.
    """
    answered(line_id, urgent=urgent)
    handed_over = 0
    with turn(line_id, urgent=urgent) as mine:
        if mine:
            handed_over = deliver_line(line_id, least=URGENT_PRIORITY if urgent else LEAST_PRIORITY)
    if not mine:
        ring_later(line_id, NEXT_TURN, urgent=urgent)
    elif (wait := outbox.wait_for(line_id)) is not None:
        urgent_left = outbox.urgent_waits(line_id)
        if urgent and not urgent_left:
            ring(line_id, urgent=False)
        else:
            ring_later(line_id, wait, urgent=urgent_left)
    return handed_over


def deliver_line(line_id: UUID, *, least: int = LEAST_PRIORITY) -> int:
    """Hand over what is due on one line, batch by batch, until nothing is, its pace or our turn is used up.

    None of a lower priority (a greater number) than `least`. While the provider is asked about one batch the next one
    is prepared and follows it. Returns how many were handed over.
    """
    handed_over, end = 0, time.monotonic() + TURN_SECONDS
    with ProviderConnection() as connection:
        calls = _Calls(connection)
        batch = _next_batch(line_id, least)
        try:
            while batch is not None or calls.under_way:
                if batch is not None:
                    calls.begin(batch)
                if batch is None or len(calls.under_way) == UNDER_WAY:
                    handed_over += calls.record()  # a text that waited for one of these is free then
                batch = _next_batch(line_id, least) if time.monotonic() < end else None
        finally:  # what was handed over is written down whatever becomes of the next batch
            while calls.under_way:
                handed_over += calls.record()
    return handed_over


class _Calls:
    """The batches whose texts are with the provider or on their way there, oldest first."""

    def __init__(self, connection: ProviderConnection) -> None:
        self._connection = connection
        self._refused = False
        self.under_way: deque[tuple[_Batch, Future[list[Result]]]] = deque()

    def begin(self, batch: _Batch) -> None:
        """Hand a batch over."""
        crash_here("before_call")
        self.under_way.append((batch, self._connection.send(batch.line, batch.prepared)))

    def record(self) -> int:
        """Wait for the oldest batch and write down what it was answered. Returns how many texts it had."""
        batch, future = self.under_way.popleft()
        results = future.result()
        crash_here("after_call")
        answers = _answers(batch, results)
        for answer in answers:
            metrics.ANSWERS.labels(batch.line.provider, answer.outcome).inc()
        keeping.keep(answers, others=self._others)
        crash_here("after_recorded")
        # The batch was claimed before the one ahead of it was answered, so its own count of refusals may be old.
        refused = self._refused or batch.refusals > 0
        self._refused = circuit.hear(batch.line.pk, results, refused_before=refused)
        return len(batch.prepared)

    def _others(self) -> list[Answer]:
        """What the batches behind it were answered: asked for when it takes long to write this one down."""
        return [answer for batch, future in self.under_way for answer in _answers(batch, future.result())]


def _answers(batch: _Batch, results: Sequence[Result]) -> list[Answer]:
    return [answer_to(item.claim, result) for item, result in zip(batch.prepared, results, strict=True)]


def _next_batch(line_id: UUID, least: int) -> _Batch | None:
    """Claim and prepare; None when nothing is due."""
    claims = outbox.claim(line_id, least=least)
    if not claims:
        return None
    crash_here("after_claim")
    with activate(claims[0].organization_id):
        line = Line.objects.get(pk=line_id)
    return _Batch(line, prepare(line, claims), claims[0].refusals)


def expire_leases() -> int:
    """Claims whose worker never came back. Without an attempt written down the provider was never called: ready again.

    With one, the outcome is unknown. Returns how many claims ran out.

    A look-up may be faster, and the text with its next attempt already, when its turn comes here: each is fenced.
    """
    ended = outbox.run_out_leases()
    if ended:
        crash_here("after_leases_ran_out")
    for organization_id, message_id, attempt in ended:
        with activate(organization_id):
            message = Message.objects.select_for_update().filter(pk=message_id).first()
            mine = OutboxEntry.objects.filter(message_id=message_id, attempt=attempt)
            if message is None:
                mine.delete()
            elif not SendAttempt.objects.filter(message=message, number=attempt).exists():
                outbox.ready_again(message_id, attempt)
            elif not mine.filter(state=OutboxEntry.State.UNCONFIRMED).exists():
                continue
            elif message.status in {MessageStatus.SENDING, MessageStatus.QUEUED}:
                progress.show(message, MessageStatus.UNCONFIRMED, ErrorKind.UNKNOWN_OUTCOME)
    return len(ended)


def end_overdue() -> int:
    """Texts whose life ended while their line had stopped, or while they waited for another. Returns how many."""
    late = OutboxEntry.objects.filter(state=OutboxEntry.State.READY, expires_at__lte=Now() - OVERDUE)
    ended = 0
    for organization_id in list(late.order_by().values_list("organization_id", flat=True).distinct()):
        with activate(organization_id):
            mine = late.filter(organization_id=organization_id).select_for_update(skip_locked=True)
            ids = list(mine.values_list("message_id", flat=True)[:OVERDUE_BATCH])
            messages = list(Message.objects.filter(pk__in=ids))
            for message in messages:
                progress.move(message, MessageStatus.FAILED, *deferring.expiry_of(message))
            OutboxEntry.objects.filter(message_id__in=ids).delete()
            progress.write(messages)
            ended += len(ids)
    return ended
