"""Hands claimed texts to their provider and records what became of them.

Three steps, never mixed: prepare (one transaction: gate again, attempt written down), call (no transaction open),
record (one transaction). What dies between them is told apart by what was written: an attempt without an end is an
unknown outcome.
"""

import asyncio
import hashlib
import logging
import random
import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from tenancy.encryption import prefetch
from tenancy.isolation import activate
from texting import gate, inbound_steps, live, outbox
from texting.live import LiveKind
from texting.models import Decision, Line, LineKey, Message, SendAttempt
from texting.outbox import Claim
from texting.providers.base import Credentials, Outbound, OutcomeUnknown, ProviderError, ProviderSession, SendResult
from texting.providers.registry import provider_for
from texting.purposes import Purpose
from texting.statuses import ErrorKind, MessageStatus, advance

log = logging.getLogger("parley.delivery")

FIRST_WAIT = 5.0  # seconds; doubles with each attempt
LONGEST_WAIT = 600.0
_NOT_YET_SENT = {MessageStatus.QUEUED, MessageStatus.SENDING}  # a provider's queue is "sent" to us: it has the text


@dataclass(frozen=True)
class Prepared:
    """A text that has passed the gate for the second time and whose attempt is written down."""

    claim: Claim
    attempt_id: UUID
    outbound: Outbound


Result = SendResult | ProviderError


def deliver_line(line_id: UUID) -> int:
    """Hand over what is due on one line, batch by batch, until nothing is or its pace is used up. Returns how many."""
    handed_over = 0
    with _Connection() as connection:
        while claims := outbox.claim(line_id):
            organization_id = claims[0].organization_id
            with activate(organization_id):
                line = Line.objects.get(pk=line_id)
                prepared = _prepare(line, claims)
            results = connection.send(line, prepared)
            with activate(organization_id):
                for item, result in zip(prepared, results, strict=True):
                    _record(item, result)
            handed_over += len(prepared)
    if (wait := outbox.wait_for(line_id)) is not None:
        outbox.ring_later(line_id, wait)
    return handed_over


def _prepare(line: Line, claims: Sequence[Claim]) -> list[Prepared]:
    """Ask the gate again for each text; write down the attempts of those that may leave."""
    key = LineKey.objects.get(line_id=line.pk).key
    rows = Message.objects.select_related("conversation__contact", "conversation__line", "contact", "author")
    messages = {message.pk: message for message in rows.filter(pk__in=[claim.message_id for claim in claims])}
    prefetch([*messages.values(), *(message.contact for message in messages.values())])
    prepared = []
    for claim in outbox.hold(claims):
        message = messages[claim.message_id]
        if claim.expired:
            _end(claim, message, MessageStatus.FAILED, ErrorKind.TRANSIENT, code="expired")
        elif (attempt := _pass_gate(message, claim)) is not None:
            token, row = attempt
            outbound = Outbound(
                to=message.contact.number,
                from_=line.number,
                body=message.body,
                client_ref=str(message.pk),
                status_url=f"{settings.PUBLIC_BASE_URL}/webhooks/{line.provider}/{key}/status/{token}",
            )
            prepared.append(Prepared(claim, row.pk, outbound))
    return prepared


def _pass_gate(message: Message, claim: Claim) -> tuple[str, SendAttempt] | None:
    """The second check. None when the text may no longer leave: it has ended then, with the decision that says why."""
    draft = gate.Draft(
        conversation=message.conversation,
        body=message.body,
        purpose=Purpose(message.purpose),
        author=message.author,
        stage=Decision.Stage.HAND_OVER,
        message_id=message.pk,
    )
    outcome, decision = gate.check(draft)
    if outcome.verdict is not gate.Verdict.ALLOW:
        _end(claim, message, MessageStatus.CANCELED, None, code=outcome.objections[0].rule)
        return None
    token = secrets.token_urlsafe(16)
    attempt = SendAttempt.objects.create(
        message=message,
        number=claim.attempt,
        decision=decision,
        token_hash=hash_token(token),
        started_at=timezone.now(),
    )
    _show(message, MessageStatus.SENDING)
    return token, attempt


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
            _show(message, MessageStatus.UNCONFIRMED, ErrorKind.UNKNOWN_OUTCOME, result.provider_code)
    elif result.retry:
        _finish_attempt(item.attempt_id, "retry", result)
        if outbox.try_again(item.claim, wait=_back_off(item.claim.attempt, result.retry_after)):
            _show(message, MessageStatus.SENDING, result.kind, result.provider_code)
    else:
        _finish_attempt(item.attempt_id, "refused", result)
        _end(item.claim, message, MessageStatus.FAILED, result.kind, code=result.provider_code)
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
    _tell(message)


def hash_token(token: str) -> bytes:
    """What is stored of a status callback's token: SHA-256, 32 bytes."""
    return hashlib.sha256(token.encode()).digest()


def _end(claim: Claim, message: Message, status: MessageStatus, kind: ErrorKind | None, *, code: str) -> None:
    if outbox.finish(claim):
        _show(message, status, kind, code)


def _show(message: Message, status: MessageStatus, kind: ErrorKind | None = None, code: str = "") -> None:
    """Our own moves on the way to the provider; what the provider reports goes through `statuses.advance`."""
    message.status = status
    message.error_kind = kind or ""
    message.provider_code = code[:20]
    message.save(update_fields=["status", "error_kind", "provider_code"])
    _tell(message)


def _tell(message: Message) -> None:
    live.publish(kind=LiveKind.STATUS, conversation=message.conversation_id, message=message.pk, line=message.line_id)


def _finish_attempt(attempt_id: UUID, outcome: str, error: ProviderError | None = None) -> None:
    SendAttempt.objects.filter(pk=attempt_id).update(
        outcome=outcome,
        error_kind=error.kind.value if error else "",
        provider_code=error.provider_code[:20] if error else "",
        finished_at=timezone.now(),
    )


def _back_off(attempt: int, retry_after: float | None) -> timedelta:
    """Doubling wait with jitter (half to whole), never shorter than the provider asks for."""
    wait = min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT) * random.uniform(0.5, 1)  # noqa: S311 - jitter
    return timedelta(seconds=max(wait, retry_after or 0.0))


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
                _show(message, MessageStatus.UNCONFIRMED, ErrorKind.UNKNOWN_OUTCOME)
    return len(ended)
