"""Writes down what providers answered: a whole batch in a handful of statements, and safe to do twice.

An answer is a value of ids and codes (`Answer`), so that it can wait in a file while the database is away
(`texting.spool`). It is fenced by its attempt: only the attempt that is current decides what happens to the text next.
The one thing that is true whatever the attempt is that a provider has the text; that is taken from any of them.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection

from tenancy import arrays, audit
from tenancy.audit import AuditKind
from tenancy.bulk_reads import read_rows
from tenancy.crash_points import crash_here
from tenancy.isolation import current_organization_id
from texting import circuit, inbound_steps, outbox, progress
from texting.limits.carriers import days
from texting.models import Message, OutboxEntry
from texting.outbox import Claim
from texting.progress import Taken
from texting.providers.base import OutcomeUnknown, ProviderError, SendResult
from texting.statuses import ErrorKind, MessageStatus

log = logging.getLogger("parley.delivery")

ACCEPTED, REFUSED, RETRY, UNKNOWN = "accepted", "refused", "retry", "unknown"


@dataclass(frozen=True)
class Answer:
    """What became of one attempt: ids, codes and numbers only. `outcome` is one of the four words above."""

    organization_id: UUID
    message_id: UUID
    attempt: int
    outcome: str
    provider_message_id: str = ""
    status: str = ""
    segments: int | None = None
    error_kind: str = ""
    provider_code: str = ""
    wait: float = 0.0


def answer_to(claim: Claim, result: SendResult | ProviderError) -> Answer:
    """The answer to a claim. An error of the line's sign-in or account is no fault of the text: it stays queued."""
    if isinstance(result, SendResult):
        return Answer(
            claim.organization_id,
            claim.message_id,
            claim.attempt,
            ACCEPTED,
            provider_message_id=result.provider_message_id,
            status=result.status.value,
            segments=result.segments,
        )
    again = result.retry or result.kind in circuit.KINDS
    outcome = UNKNOWN if isinstance(result, OutcomeUnknown) else RETRY if again else REFUSED
    return Answer(
        claim.organization_id,
        claim.message_id,
        claim.attempt,
        outcome,
        error_kind=result.kind.value,
        provider_code=result.provider_code[:20],
        wait=outbox.back_off(claim.attempt, result.retry_after).total_seconds() if outcome == RETRY else 0.0,
    )


def record(answers: Sequence[Answer]) -> None:
    """Write down the answers of one batch, in the running transaction. All are of the active organization."""
    messages = _locked(answer.message_id for answer in answers)
    current = _current_attempts(messages)
    changed: dict[UUID, Message] = {}
    for answer in answers:
        message = messages.get(answer.message_id)
        if message is None:  # erased meanwhile
            continue
        if answer.outcome == ACCEPTED:
            if take(message, _proof(answer)):
                changed[message.pk] = message
        elif current.get(message.pk) == answer.attempt and message.provider_message_id is None:
            _move(message, answer)
            changed[message.pk] = message
    _end_attempts(answers)
    _settle_entries([answer for answer in answers if answer.message_id in messages])
    days.give_back((one.message_id, one.attempt) for one in answers if one.outcome in {REFUSED, RETRY})
    progress.write(list(changed.values()))
    for message in changed.values():
        if message.error_kind == ErrorKind.OPTED_OUT:
            inbound_steps.opted_out_at_carrier(message)
    crash_here("before_recorded")


def accept(message: Message, proof: Taken) -> None:
    """The provider has this one text: by a callback or its list. The caller holds the row lock."""
    if take(message, proof):
        progress.write([message])


def alarm(message: Message, provider_message_id: str) -> None:
    """The provider has this text twice: a person is told, and the log and the audit log keep it."""
    log.error("text_duplicate", extra={"text": str(message.pk)})
    audit.record(event=AuditKind.MESSAGE_DUPLICATE, object=message, second=provider_message_id)
    progress.heed(message, Message.Attention.DUPLICATE)


def take(message: Message, proof: Taken) -> bool:
    """The provider has this one text; whether that was news. The caller holds the row lock, and writes it."""
    if message.provider_message_id == proof.provider_message_id:
        return False
    if message.provider_message_id is None:
        progress.take(message, proof)
    else:
        alarm(message, proof.provider_message_id)
    return True


_LOCK = f"""
SELECT {", ".join(progress.NEEDED)} FROM texting_message WHERE organization_id = %s AND id = ANY(%s::uuid[])
ORDER BY id FOR UPDATE
"""  # noqa: S608 - names of our own columns


def _proof(answer: Answer) -> Taken:
    return Taken(answer.provider_message_id, MessageStatus(answer.status), answer.segments)


def _move(message: Message, answer: Answer) -> None:
    kind = ErrorKind(answer.error_kind)
    status = {UNKNOWN: MessageStatus.UNCONFIRMED, RETRY: MessageStatus.SENDING}.get(
        answer.outcome, MessageStatus.FAILED
    )
    if status is MessageStatus.SENDING and (
        message.sent_again_at is not None or message.status == MessageStatus.UNCONFIRMED
    ):  # its first attempt may still turn out to have been taken; or its lease ran out before this answer came
        status = MessageStatus.UNCONFIRMED
    progress.move(message, status, kind, answer.provider_code)


def _locked(ids: Iterable[UUID]) -> dict[UUID, Message]:
    """The texts first, then their entries: everybody who writes down what a provider said locks in this order."""
    return {message.pk: message for message in read_rows(Message, _LOCK, [arrays.uuids(ids)])}


def _current_attempts(messages: dict[UUID, Message]) -> dict[UUID, int]:
    """The attempt that decides, for each text that has not been put back or ended meanwhile."""
    held = [OutboxEntry.State.SENDING, OutboxEntry.State.UNCONFIRMED]
    rows = OutboxEntry.objects.select_for_update().filter(message_id__in=list(messages), state__in=held)
    return dict(rows.order_by("message_id").values_list("message_id", "attempt"))


_END = """
UPDATE texting_sendattempt a
SET outcome = n.outcome, error_kind = n.error_kind, provider_code = n.provider_code, finished_at = clock_timestamp()
FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::text[], %s::text[])
    AS n (message_id, number, outcome, error_kind, provider_code)
WHERE a.organization_id = %s AND a.message_id = ANY(%s::uuid[])
    AND a.message_id = n.message_id AND a.number = n.number AND a.outcome IN ('', 'unknown')
"""


def _end_attempts(answers: Sequence[Answer]) -> None:
    columns = (
        arrays.uuids(answer.message_id for answer in answers),
        arrays.numbers(answer.attempt for answer in answers),
        arrays.texts(answer.outcome for answer in answers),
        arrays.texts(answer.error_kind for answer in answers),
        arrays.texts(answer.provider_code for answer in answers),
    )
    with connection.cursor() as cursor:
        cursor.execute(_END, [*columns, current_organization_id(), columns[0]])


# An accepted text leaves the outbox also when it is ready for another try, but not from under another attempt.
_SETTLE = """
WITH n AS (
    SELECT * FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::float8[]) AS n (message_id, attempt, outcome, wait)
), gone AS (
    DELETE FROM texting_outboxentry e USING n
    WHERE e.message_id = ANY(%s::uuid[]) AND e.message_id = n.message_id AND e.attempt = n.attempt
        AND (n.outcome = 'accepted' OR n.outcome = 'refused' AND e.state IN ('sending', 'unconfirmed'))
)
UPDATE texting_outboxentry e
SET state = CASE n.outcome WHEN 'retry' THEN 'ready' ELSE 'unconfirmed' END,
    lease_until = NULL,
    unconfirmed_since = CASE n.outcome WHEN 'unknown' THEN clock_timestamp() END,
    due_at = clock_timestamp() + make_interval(secs => n.wait)
FROM n
WHERE e.message_id = ANY(%s::uuid[]) AND e.message_id = n.message_id AND e.attempt = n.attempt
    AND n.outcome IN ('retry', 'unknown')
    AND e.state IN ('sending', 'unconfirmed')
"""


def _settle_entries(answers: Sequence[Answer]) -> None:
    first_look = outbox.FIRST_LOOK / timedelta(seconds=1)
    columns = (
        arrays.uuids(answer.message_id for answer in answers),
        arrays.numbers(answer.attempt for answer in answers),
        arrays.texts(answer.outcome for answer in answers),
        [first_look if answer.outcome == UNKNOWN else answer.wait for answer in answers],
    )
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [*columns, columns[0], columns[0]])
