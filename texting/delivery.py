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
from typing import Self
from uuid import UUID

from django.utils import timezone

from tenancy.isolation import activate
from texting import inbound_steps, outbox, progress
from texting.models import Line, Message, SendAttempt
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
from texting.statuses import ErrorKind, MessageStatus, advance

log = logging.getLogger("parley.delivery")

TURN_SECONDS = 45.0  # then a new task goes on; at 90 a task is broken off, and what it was sending would be unknown
_NOT_YET_SENT = {MessageStatus.QUEUED, MessageStatus.SENDING}  # a provider's queue is "sent" to us: it has the text

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
            with activate(organization_id):
                for item, result in zip(prepared, results, strict=True):
                    _record(item, result)
            handed_over += len(prepared)
            if time.monotonic() >= end:
                break
    if (wait := outbox.wait_for(line_id)) is not None:
        outbox.ring_later(line_id, wait)
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
            provider = provider_for(line.provider, Credentials.from_json(line.credentials))
            self._session = self._runner.run(self._open.enter_async_context(provider.open_session()))
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


def _record(item: Prepared, result: Result) -> None:
    """Write down what the provider said. A worker whose lease ran out changes nothing but its own attempt."""
    message = (
        Message.objects.select_for_update(of=("self",)).select_related("contact", "line").get(pk=item.claim.message_id)
    )
    if isinstance(result, SendResult):
        _finish_attempt(item.attempt_id, "accepted")
        accept(message, result.provider_message_id, result.status, segments=result.segments)
        outbox.finish(item.claim)
    elif isinstance(result, OutcomeUnknown):
        _finish_attempt(item.attempt_id, "unknown", result)
        if outbox.leave_unconfirmed(item.claim):
            progress.show(message, MessageStatus.UNCONFIRMED, ErrorKind.UNKNOWN_OUTCOME, result.provider_code)
    elif result.retry:
        _finish_attempt(item.attempt_id, "retry", result)
        if outbox.try_again(item.claim, wait=outbox.back_off(item.claim.attempt, result.retry_after)):
            progress.show(message, MessageStatus.SENDING, result.kind, result.provider_code)
    else:
        _finish_attempt(item.attempt_id, "refused", result)
        progress.end(item.claim, message, MessageStatus.FAILED, result.kind, code=result.provider_code)
        if result.kind is ErrorKind.OPTED_OUT:
            inbound_steps.opted_out_at_carrier(message)


def accept(message: Message, provider_message_id: str, status: MessageStatus, *, segments: int | None = None) -> None:
    """The provider has the text: by its answer, or by a callback that came first. The caller holds the row lock."""
    message.provider_message_id = provider_message_id
    message.segments = segments or message.segments
    message.sent_at = message.sent_at or timezone.now()
    message.error_kind, message.provider_code = "", ""
    message.status = advance(MessageStatus(message.status), MessageStatus.SENT if status in _NOT_YET_SENT else status)
    message.save(update_fields=["provider_message_id", "segments", "sent_at", "error_kind", "provider_code", "status"])
    progress.tell(message)


def _finish_attempt(attempt_id: UUID, outcome: str, error: ProviderError | None = None) -> None:
    SendAttempt.objects.filter(pk=attempt_id).update(
        outcome=outcome,
        error_kind=error.kind.value if error else "",
        provider_code=error.provider_code[:20] if error else "",
        finished_at=timezone.now(),
    )


def expire_leases() -> int:
    """Claims whose worker never came back. Without an attempt written down the provider was never called: ready again.

    With one, the outcome is unknown. Returns how many claims ran out.
    """
    ended = outbox.run_out_leases()
    for organization_id, message_id, attempt in ended:
        with activate(organization_id):
            message = Message.objects.select_for_update().get(pk=message_id)
            if not SendAttempt.objects.filter(message=message, number=attempt).exists():
                outbox.ready_again(message)
            elif message.status in {MessageStatus.SENDING, MessageStatus.QUEUED}:
                progress.show(message, MessageStatus.UNCONFIRMED, ErrorKind.UNKNOWN_OUTCOME)
    return len(ended)
