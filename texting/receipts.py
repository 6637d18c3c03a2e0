"""Asking what became of texts whose report got lost: 5 minutes, an hour and a day after the provider took them.

Reports are sent once or a few times and then never again. A text that is still only "sent" after a day has no receipt,
and a person sees that. A text that was reported undelivered is asked about once more: networks correct themselves, and
only when we ask ourselves may "delivered" follow (`statuses.may_move`).

`Message.receipt_due_at` says when; it is set with the provider's answer. The write that gives a text its end forgets it
(`progress`), so a report saves the sweep a second write; here it is forgotten where there is no later look.

A look that is further away than the last one can be was planned while the database's clock was wrong, and is due now.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from django.db import connection

from tenancy.isolation import activate, current_organization_id
from tenancy.models import Organization
from texting import inbound_steps, progress
from texting.models import Line, Message
from texting.providers.base import Credentials, NotAccepted, Provider, ProviderError, StatusEvent
from texting.providers.registry import provider_for
from texting.statuses import ErrorKind, MessageStatus, advance

log = logging.getLogger("parley.delivery")

SECOND, LAST = timedelta(hours=1), timedelta(hours=24)  # after the provider took it; the first is `progress`'
_PAUSE = timedelta(minutes=10)  # to another try of the last look, when the provider could not be asked
_GIVEN_UP = timedelta(hours=48)
_BATCH = 200  # texts of one organization in one round
_WAITING = [MessageStatus.SENT, MessageStatus.UNDELIVERED]

_TAKE = """
WITH due AS (
    SELECT id, clock_timestamp() - sent_at AS age FROM texting_message
    WHERE organization_id = %(organization)s AND (receipt_due_at <= clock_timestamp()
        OR receipt_due_at > clock_timestamp() + make_interval(secs => %(last)s))
    ORDER BY receipt_due_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED
)
UPDATE texting_message m
SET receipt_due_at = CASE
    WHEN due.age < make_interval(secs => %(second)s)
        THEN least(m.sent_at, clock_timestamp()) + make_interval(secs => %(second)s)
    WHEN due.age < make_interval(secs => %(last)s) THEN m.sent_at + make_interval(secs => %(last)s)
    ELSE clock_timestamp() + make_interval(secs => %(pause)s) END
FROM due WHERE m.id = due.id
RETURNING m.line_id, m.id, m.provider_message_id, due.age >= make_interval(secs => %(last)s),
    due.age >= make_interval(secs => %(given_up)s)
"""


@dataclass(frozen=True)
class _Due:
    """A text to ask about. `is_last`: there is no later look; `is_over`: not even when this one fails."""

    line_id: UUID
    message_id: UUID
    provider_message_id: str
    is_last: bool
    is_over: bool


def ask_for_receipts() -> dict[str, int]:
    """One round through all organizations. Returns how many were asked about, were news, and have no receipt."""
    counts = {"asked": 0, "news": 0, "no_receipt": 0}
    for organization_id in list(Organization.objects.order_by("pk").values_list("pk", flat=True)):
        try:
            _round(organization_id, counts)
        except Exception as error:  # one organization's trouble is not the others'
            log.error("receipts_failed", extra={"organization": str(organization_id), "error": type(error).__name__})
    return counts


def _round(organization_id: UUID, counts: dict[str, int]) -> None:
    with activate(organization_id):
        due = _take()
        lines = {line.pk: line for line in Line.objects.filter(pk__in={one.line_id for one in due})} if due else {}
    for line_id, group in groupby(due, key=lambda one: one.line_id):
        texts = list(group)
        try:
            answers = _answers(lines[line_id], texts)
        except Exception as error:  # one line that cannot be read is not the others' trouble, and has an end, too
            log.error("receipts_not_asked", extra={"line": str(line_id), "error": type(error).__name__})
            answers = [NotAccepted(ErrorKind.UNKNOWN, retry=True)] * len(texts)
        with activate(organization_id):
            _record(texts, answers, counts)


def _take() -> list[_Due]:
    values: dict[str, UUID | int | float] = {
        "organization": current_organization_id(),
        "batch": _BATCH,
        "second": SECOND.total_seconds(),
        "last": LAST.total_seconds(),
        "pause": _PAUSE.total_seconds(),
        "given_up": _GIVEN_UP.total_seconds(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        return sorted((_Due(*row) for row in cursor.fetchall()), key=lambda one: (one.line_id, one.message_id))


def _answers(line: Line, texts: Sequence[_Due]) -> list[StatusEvent | ProviderError]:
    """What the provider says of each; no transaction is open. Raises what reading credentials may raise."""
    provider = provider_for(line.provider, Credentials.from_json(line.credentials))
    return asyncio.run(_fetch_all(provider, [text.provider_message_id for text in texts]))


async def _fetch_all(provider: Provider, ids: Sequence[str]) -> list[StatusEvent | ProviderError]:
    async with provider.open_session() as session:

        async def one(provider_message_id: str) -> StatusEvent | ProviderError:
            try:
                return await session.fetch(provider_message_id)
            except ProviderError as error:
                return error

        return list(await asyncio.gather(*(one(each) for each in ids)))


def _record(texts: Sequence[_Due], answers: Sequence[StatusEvent | ProviderError], counts: dict[str, int]) -> None:
    rows = Message.objects.select_for_update(of=("self",)).select_related("contact", "line").order_by("pk")
    messages = {message.pk: message for message in rows.filter(pk__in=[text.message_id for text in texts])}
    changed, done = [], []
    for text, answer in zip(texts, answers, strict=True):
        message = messages[text.message_id]
        if isinstance(answer, StatusEvent):
            counts["asked"] += 1
            news = _hear(message, answer)
            counts["news"] += news
            ended = text.is_last or message.status not in _WAITING
        else:  # gone from the provider's books, or it cannot be asked now
            news, ended = False, text.is_last and (text.is_over or not answer.retry)
        if ended:
            done.append(message.pk)
        if ended and message.status == MessageStatus.SENT:
            progress.heed(message, message.attention or Message.Attention.NO_RECEIPT)
            counts["no_receipt"] += 1
            news = True
        if news:
            changed.append(message)
    progress.write(changed)
    Message.objects.filter(pk__in=done).update(receipt_due_at=None)


def _hear(message: Message, event: StatusEvent) -> bool:
    """Whether that was news."""
    known = MessageStatus(message.status)
    status = advance(known, event.status, polled=True)
    if status is known:
        return False
    progress.move(message, status, event.error, event.provider_code)
    if event.error is ErrorKind.OPTED_OUT:
        inbound_steps.opted_out_at_carrier(message)
    return True
