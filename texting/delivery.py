"""Hands claimed texts to their provider and records what became of them.

Three steps, never mixed: prepare (one transaction: gate again, attempt written down), call (no transaction open),
record (one transaction). What dies between them is told apart by what was written: an attempt without an end is an
unknown outcome.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Self
from uuid import UUID

from django.db.models.functions import Now

from tenancy.isolation import activate
from texting import circuit, keeping, outbox, progress
from texting.doorbells import ring_later
from texting.models import Line, Message, OutboxEntry, SendAttempt
from texting.preparing import Prepared, prepare
from texting.providers.base import (
    Credentials,
    NotAccepted,
    OutcomeUnknown,
    ProviderError,
    ProviderSession,
    SendResult,
)
from texting.providers.registry import provider_for
from texting.recording import answer_to
from texting.statuses import ErrorKind, MessageStatus

log = logging.getLogger("parley.delivery")

OVERDUE = timedelta(minutes=1)  # a claim finds the usual ones first
OVERDUE_BATCH = 500
TURN_SECONDS = 45.0  # then a new task goes on; at 90 a task is broken off, and what it was sending would be unknown

Result = SendResult | ProviderError


def deliver_line(line_id: UUID) -> int:
    """Hand over what is due on one line, batch by batch, until nothing is, its pace or our turn is used up.

    Returns how many.
    """
    handed_over, end = 0, time.monotonic() + TURN_SECONDS
    with _Connection() as connection:
        while claims := outbox.claim(line_id):
            organization_id = claims[0].organization_id
            with activate(organization_id):
                line = Line.objects.get(pk=line_id)
            prepared = prepare(line, claims)
            results = connection.send(line, prepared)
            keeping.keep([answer_to(item.claim, result) for item, result in zip(prepared, results, strict=True)])
            circuit.hear(line_id, results, refused_before=claims[0].refusals)
            handed_over += len(prepared)
            if time.monotonic() >= end:
                break
    if (wait := outbox.wait_for(line_id)) is not None:
        ring_later(line_id, wait)
    return handed_over


class _Connection:
    """One keep-alive session with a line's provider for all its batches, opened when the first text is ready."""

    def __enter__(self) -> Self:
        self._runner, self._open = asyncio.Runner(), AsyncExitStack()
        self._session: ProviderSession | None = None
        return self

    def __exit__(self, *error: object) -> None:
        self._runner.run(self._open.aclose())
        self._runner.close()

    def send(self, line: Line, prepared: Sequence[Prepared]) -> list[Result]:
        """Hand over a batch, all at the same time. An error is a result like others. No transaction may be open."""
        if not prepared:
            return []
        if self._session is None:
            try:
                provider = provider_for(line.provider, Credentials.from_json(line.credentials))
                self._session = self._runner.run(self._open.enter_async_context(provider.open_session()))
            except Exception as error:  # nothing has left: without its credentials a line cannot even begin
                log.error("line_not_opened", extra={"line": str(line.pk), "error": type(error).__name__})
                refused = NotAccepted(ErrorKind.AUTH, retry=False, provider_code="credentials")
                return [refused for _ in prepared]
        return self._runner.run(_send_all(self._session, prepared))


async def _send_all(session: ProviderSession, prepared: Sequence[Prepared]) -> list[Result]:
    return list(await asyncio.gather(*(_send(session, item) for item in prepared)))


async def _send(session: ProviderSession, item: Prepared) -> Result:
    if time.monotonic() > item.until:
        return NotAccepted(ErrorKind.TRANSIENT, retry=True, meaning="The worker was held up.")
    try:
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
