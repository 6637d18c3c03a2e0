"""Hands claimed texts to their provider and records what became of them.

Three steps, never mixed: prepare (one transaction: gate again, attempt written down), call (no transaction open),
record (one transaction). What dies between them is told apart by what was written: an attempt without an end is an
unknown outcome.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from uuid import UUID

from django.db.models.functions import Now

from tenancy import metrics
from tenancy.crash_points import crash_here
from tenancy.isolation import activate
from texting import circuit, keeping, outbox, progress
from texting.doorbells import answered, ring, ring_later
from texting.models import Line, Message, OutboxEntry, SendAttempt
from texting.outbox import LEAST_PRIORITY
from texting.preparing import Prepared, prepare
from texting.providers.base import (
    Credentials,
    NotAccepted,
    OutcomeUnknown,
    Provider,
    ProviderError,
    ProviderSession,
    SendResult,
)
from texting.providers.registry import provider_for
from texting.purposes import URGENT_PRIORITY
from texting.recording import answer_to
from texting.statuses import ErrorKind, MessageStatus
from texting.turns import turn

log = logging.getLogger("parley.delivery")

OVERDUE = timedelta(minutes=1)  # a claim finds the usual ones first
OVERDUE_BATCH = 500
TURN_SECONDS = 3.0  # then others have their turn (`texting.turns`), and a new task goes on
AT_ONCE = 32  # requests to a provider; no adapter lets more through, and whoever waits there is not looked at again
NEXT_TURN = 0.5  # seconds until somebody without a turn asks again

Result = SendResult | ProviderError


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
    is prepared. Returns how many were handed over.
    """
    handed_over, end = 0, time.monotonic() + TURN_SECONDS
    with _Connection() as connection:
        batch = _next_batch(line_id, least)
        while batch is not None:
            crash_here("before_call")
            answers = connection.send(batch.line, batch.prepared)
            upcoming = None
            try:
                upcoming = _next_batch(line_id, least) if time.monotonic() < end else None
            finally:  # what was handed over is written down whatever becomes of the next batch
                _record(batch, answers.result())
            handed_over += len(batch.prepared)
            if upcoming is None and time.monotonic() < end:  # a text that waited for one of these is free now
                upcoming = _next_batch(line_id, least)
            batch = upcoming
    return handed_over


def _next_batch(line_id: UUID, least: int) -> _Batch | None:
    """Claim and prepare; None when nothing is due."""
    claims = outbox.claim(line_id, least=least)
    if not claims:
        return None
    crash_here("after_claim")
    with activate(claims[0].organization_id):
        line = Line.objects.get(pk=line_id)
    return _Batch(line, prepare(line, claims), claims[0].refusals)


def _record(batch: _Batch, results: Sequence[Result]) -> None:
    crash_here("after_call")
    answers = [answer_to(item.claim, result) for item, result in zip(batch.prepared, results, strict=True)]
    for answer in answers:
        metrics.ANSWERS.labels(batch.line.provider, answer.outcome).inc()
    keeping.keep(answers)
    crash_here("after_recorded")
    circuit.hear(batch.line.pk, results, refused_before=batch.refusals)


class _Connection:
    """One keep-alive session with a line's provider for all its batches, opened when the first text is ready.

    It lives in a thread of its own, which never touches the database.
    """

    def __enter__(self) -> Self:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="provider")
        self._runner, self._open = asyncio.Runner(), AsyncExitStack()
        self._session: ProviderSession | None = None
        return self

    def __exit__(self, *error: object) -> None:
        if self._session is not None:
            self._thread.submit(self._close).result()
        self._thread.shutdown()

    def send(self, line: Line, prepared: Sequence[Prepared]) -> Future[list[Result]]:
        """Hand over a batch, all at the same time. An error is a result like others."""
        if not prepared:
            return _done([])
        try:
            provider = provider_for(line.provider, Credentials.from_json(line.credentials))
        except Exception as error:
            return _done([_not_opened(line.pk, error) for _ in prepared])
        return self._thread.submit(self._send, line.pk, provider, prepared)

    def _send(self, line_id: UUID, provider: Provider, prepared: Sequence[Prepared]) -> list[Result]:
        if self._session is None:
            try:
                self._session = self._runner.run(self._open.enter_async_context(provider.open_session()))
            except Exception as error:
                return [_not_opened(line_id, error) for _ in prepared]
        return self._runner.run(_send_all(self._session, prepared))

    def _close(self) -> None:
        self._runner.run(self._open.aclose())
        self._runner.close()


def _not_opened(line_id: UUID, error: Exception) -> ProviderError:
    """Nothing has left: without its credentials a line cannot even begin."""
    log.error("line_not_opened", extra={"line": str(line_id), "error": type(error).__name__})
    return NotAccepted(ErrorKind.AUTH, retry=False, provider_code="credentials")


def _done(results: list[Result]) -> Future[list[Result]]:
    future: Future[list[Result]] = Future()
    future.set_result(results)
    return future


async def _send_all(session: ProviderSession, prepared: Sequence[Prepared]) -> list[Result]:
    free = asyncio.Semaphore(AT_ONCE)
    return list(await asyncio.gather(*(_send(session, item, free) for item in prepared)))


async def _send(session: ProviderSession, item: Prepared, free: asyncio.Semaphore) -> Result:
    """One text. A slow provider may make it wait for the others so long that the gate has to be asked again."""
    try:
        async with free:
            if time.monotonic() > item.until:
                return NotAccepted(ErrorKind.TRANSIENT, retry=True, meaning="The worker was held up.")
            return await session.send(item.outbound)
    except ProviderError as error:
        return error
    except Exception as error:  # a bug of ours or of the SDK must not lose the rest of the batch
        log.error("send_broke", extra={"text": str(item.claim.message_id), "error": type(error).__name__})
        return OutcomeUnknown(meaning="The adapter broke off.")


def expire_leases() -> int:
    """Claims whose worker never came back. Without an attempt written down the provider was never called: ready again.

    With one, the outcome is unknown. Returns how many claims ran out.
    """
    ended = outbox.run_out_leases()
    if ended:
        crash_here("after_leases_ran_out")
    for organization_id, message_id, attempt in ended:
        with activate(organization_id):
            message = Message.objects.select_for_update().filter(pk=message_id).first()
            if message is None:
                OutboxEntry.objects.filter(message_id=message_id, attempt=attempt).delete()
            elif not SendAttempt.objects.filter(message=message, number=attempt).exists():
                outbox.ready_again(message)
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
                kind = ErrorKind(message.error_kind) if message.error_kind else ErrorKind.TRANSIENT
                progress.move(message, MessageStatus.FAILED, kind, "expired")
            OutboxEntry.objects.filter(message_id__in=ids).delete()
            progress.write(messages)
            ended += len(ids)
    return ended
