"""Texts whose outcome is unknown: looked up at the provider, never sent again blindly.

A status callback may settle one at any time (`receiving.take_status`). Otherwise the provider's list is asked two
minutes after the attempt and again ten minutes after it: a text found there, with this number and exactly this body,
that belongs to no other attempt is this one. One that is in neither list stays "not confirmed", and a person decides.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from tenancy.isolation import activate
from texting import delivery, outbox
from texting.models import Line, Message, OutboxEntry, SendAttempt
from texting.outbox import FIRST_LOOK
from texting.providers.base import Credentials, Outbound, Provider, ProviderError, StatusEvent
from texting.providers.registry import provider_for

log = logging.getLogger("parley.delivery")

LAST_LOOK = timedelta(minutes=10)
_BEFORE, _AFTER = timedelta(seconds=5), timedelta(seconds=120)  # around the attempt, for clocks that differ
_BATCH = 50

_TAKE = """
UPDATE texting_outboxentry SET due_at = clock_timestamp() + %(pause)s * interval '1 second'
WHERE message_id IN (
    SELECT message_id FROM texting_outboxentry WHERE state = 'unconfirmed' AND due_at <= clock_timestamp()
    ORDER BY due_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
RETURNING organization_id, line_id, message_id
"""


def reconcile() -> dict[str, int]:
    """Look up what is due for a look. Returns how many were found, given up, and are still unknown."""
    with transaction.atomic(), connection.cursor() as cursor:
        pause = (LAST_LOOK - FIRST_LOOK).total_seconds()
        cursor.execute(_TAKE, {"pause": pause, "batch": _BATCH})
        due: list[tuple[UUID, UUID, UUID]] = cursor.fetchall()
    counts = {"found": 0, "given_up": 0, "still_unknown": 0}
    for organization_id, line_id, message_id in due:
        try:
            result = _look_up(organization_id, line_id, message_id)
        except Exception as error:  # one that cannot be read or asked for must not hide the others
            log.error("look_up_failed", extra={"text": str(message_id), "error": type(error).__name__})
            result = "still_unknown"
        if result:
            counts[result] += 1
    return counts


def _look_up(organization_id: UUID, line_id: UUID, message_id: UUID) -> str | None:
    """Names the count; None when the text was never handed over and is ready again."""
    with activate(organization_id):
        asked = _question(line_id, message_id)
    if asked is None:
        return None
    provider, outbound, attempt = asked
    answer = asyncio.run(_find(provider, outbound, attempt))
    with activate(organization_id):
        return _settle(attempt, answer)


def _question(line_id: UUID, message_id: UUID) -> tuple[Provider, Outbound, SendAttempt] | None:
    message = Message.objects.select_related("contact").get(pk=message_id)
    entry = OutboxEntry.objects.get(message_id=message_id)
    attempt = SendAttempt.objects.filter(message=message, number=entry.attempt).first()
    if attempt is None:  # the worker died before it wrote the attempt down, so the provider was never called
        outbox.ready_again(message)
        return None
    line = Line.objects.get(pk=line_id)
    outbound = Outbound(to=message.contact.number, from_=line.number, body=message.body, client_ref=str(message.pk))
    return provider_for(line.provider, Credentials.from_json(line.credentials)), outbound, attempt


async def _find(provider: Provider, outbound: Outbound, attempt: SendAttempt) -> list[StatusEvent] | None:
    """What the provider's list holds; None when it could not be asked."""
    since, until = attempt.started_at - _BEFORE, attempt.started_at + _AFTER
    try:
        async with provider.open_session() as session:
            return await session.find(outbound, since=since, until=until)
    except ProviderError:
        return None


def _settle(attempt: SendAttempt, answer: Iterable[StatusEvent] | None) -> str:
    """Adopt the first that is nobody else's; without one, at the last look, leave it to a person. Names the count."""
    entry = OutboxEntry.objects.filter(
        message_id=attempt.message_id, attempt=attempt.number, state=OutboxEntry.State.UNCONFIRMED
    )
    # The text first, then its entry: the same order as everybody who writes down what a provider said.
    message = Message.objects.select_for_update(of=("self",)).select_related("line").get(pk=attempt.message_id)
    if not entry.select_for_update().exists():
        return "found"  # a callback was faster
    for event in answer or ():
        taken = Message.objects.filter(line=message.line, provider_message_id=event.provider_message_id)
        if not taken.exists():
            entry.delete()
            delivery.accept(message, event.provider_message_id, event.status)
            return "found"
    if answer is not None and timezone.now() - attempt.started_at >= LAST_LOOK:
        entry.delete()
        return "given_up"
    return "still_unknown"
