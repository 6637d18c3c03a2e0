"""Texts whose outcome is unknown: looked up at the provider, never sent again blindly.

A status callback may settle one at any time (`status_reports.take_status`). Otherwise the provider's list is asked two
minutes after the attempt and again ten minutes after it: a text found there, with this number and exactly this body,
that belongs to no other attempt is this one. A text that was sent again is looked for since its first attempt of which
nothing is known, for a list may show that one late. Meanwhile no other text of the line goes to that person (`outbox`),
so an equal one cannot be taken for it. One that is in neither list is absent, and what it was for decides
(`purposes.TERMS`): it is sent again, or it has failed and a person is told. A provider that cannot be asked settles
nothing.

Texts that came back with a backup (`manage.py after_restore`) go the same way, although there may be no attempt of
them: any text since they were queued may be theirs.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Min
from django.db.models.functions import Now

from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.crash_points import crash_here
from tenancy.encryption import KeyDestroyed, Undecryptable
from tenancy.isolation import activate
from texting import outbox, progress, recording
from texting.doorbells import ring
from texting.models import Line, Message, OutboxEntry, SendAttempt
from texting.models.ending import words_left
from texting.outbox import LAST_LOOK
from texting.progress import Taken
from texting.providers.base import Credentials, Outbound, Provider, ProviderError, StatusEvent
from texting.providers.registry import provider_for
from texting.purposes import TERMS, Purpose, WhenAbsent
from texting.statuses import ErrorKind, MessageStatus

log = logging.getLogger("parley.delivery")

_PAUSE = timedelta(minutes=1)  # to the next try, when the provider could not be asked
_BEFORE, _AFTER = timedelta(seconds=5), timedelta(seconds=120)  # around the attempt, for clocks that differ
_NOT_TAKEN = (recording.REFUSED, recording.RETRY)  # outcomes of attempts that left nothing at the provider
_BATCH = 20  # taken at once: a worker that dies leaves so many to the next look
TURN_SECONDS = 45.0

_TAKE = """
UPDATE texting_outboxentry
SET due_at = greatest(unconfirmed_since + make_interval(secs => %(last)s),
    clock_timestamp() + make_interval(secs => %(pause)s))
WHERE message_id IN (
    SELECT message_id FROM texting_outboxentry WHERE state = 'unconfirmed' AND due_at <= clock_timestamp()
    ORDER BY due_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
RETURNING organization_id, line_id, message_id, attempt,
    unconfirmed_since + make_interval(secs => %(last)s) <= clock_timestamp()
"""


@dataclass(frozen=True)
class _Look:
    """One text that is due for a look; `is_last`: when it is not there now, it is absent."""

    organization_id: UUID
    line_id: UUID
    message_id: UUID
    attempt: int
    is_last: bool


@dataclass(frozen=True)
class _Question:
    """What to ask the provider, without any transaction open."""

    provider: Provider
    outbound: Outbound
    since: datetime
    until: datetime


def reconcile() -> dict[str, int]:
    """Look up what is due for a look. Returns how many were found, sent again, given up, and are still unknown."""
    counts, end = {"found": 0, "sent_again": 0, "given_up": 0, "still_unknown": 0}, time.monotonic() + TURN_SECONDS
    while time.monotonic() < end and (looks := _take()):  # an outage may leave thousands
        for look in looks:
            try:
                result = _look_up(look)
            except Exception as error:  # one that cannot be read or asked for must not hide the others
                log.error("look_up_failed", extra={"text": str(look.message_id), "error": type(error).__name__})
                result = "still_unknown"
            if result:
                counts[result] += 1
    return counts


def _take() -> list[_Look]:
    values = {"last": LAST_LOOK.total_seconds(), "pause": _PAUSE.total_seconds(), "batch": _BATCH}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        looks = [_Look(*row) for row in cursor.fetchall()]
    if looks:
        crash_here("before_looked_up")
    return looks


def _look_up(look: _Look) -> str | None:
    """Names the count; None when the text was never handed over and is ready again."""
    with activate(look.organization_id):
        try:
            asked = _question(look)
        except (KeyDestroyed, Undecryptable):  # erased: nobody can ask for it, and nobody needs it
            OutboxEntry.objects.filter(message_id=look.message_id, attempt=look.attempt).delete()
            return "given_up"
    if asked is None:
        return None
    answer = asyncio.run(_find(asked))
    crash_here("before_settled")
    with activate(look.organization_id):
        return _settle(look, answer)


def _question(look: _Look) -> _Question | None:
    message = Message.objects.select_related("contact").get(pk=look.message_id)
    entry = OutboxEntry.objects.get(message_id=look.message_id)
    attempt = SendAttempt.objects.filter(message=message, number=entry.attempt).first()
    if entry.restored_at is not None:
        since, until = entry.entered_at - _BEFORE, entry.restored_at + _AFTER
    elif attempt is None:  # the worker died before it wrote the attempt down, so the provider was never called
        outbox.ready_again(message.pk, entry.attempt)
        return None
    else:
        open_ones = SendAttempt.objects.filter(message=message).exclude(outcome__in=_NOT_TAKEN)
        first = open_ones.aggregate(at=Min("started_at"))["at"] or attempt.started_at
        since, until = first - _BEFORE, attempt.started_at + _AFTER
    line = Line.objects.get(pk=look.line_id)
    outbound = Outbound(
        to=message.contact.number, from_=line.number, body=words_left(message.body), client_ref=str(message.pk)
    )
    provider = provider_for(line.provider, Credentials.from_json(line.credentials))
    return _Question(provider, outbound, since, until)


async def _find(asked: _Question) -> list[StatusEvent] | None:
    """What the provider's list holds; None when it could not be asked."""
    try:
        async with asked.provider.open_session() as session:
            return await session.find(asked.outbound, since=asked.since, until=asked.until)
    except ProviderError:
        return None


def _settle(look: _Look, answer: Iterable[StatusEvent] | None) -> str:
    """Adopt the first that is nobody else's; without one, at the last look, do what the purpose says."""
    # The text first, then its entry: the same order as everybody who writes down what a provider said.
    message = Message.objects.select_for_update(of=("self",)).select_related("line").get(pk=look.message_id)
    mine = OutboxEntry.objects.filter(message_id=message.pk, attempt=look.attempt, state=OutboxEntry.State.UNCONFIRMED)
    entry = mine.select_for_update().first()
    if entry is None:
        return "found"  # a callback was faster
    free = _unowned(message, list(answer or ()))
    if free:
        _adopt(message, entry, free)
        return "found"
    if message.provider_message_id is not None:  # known by another attempt, and this one left no second
        entry.delete()
        return "found"
    if answer is None or not look.is_last:
        return "still_unknown"
    return _absent(message, entry)


def _unowned(message: Message, events: list[StatusEvent]) -> list[StatusEvent]:
    ids = [event.provider_message_id for event in events]
    rows = Message.objects.filter(line=message.line, provider_message_id__in=ids)
    owned = set(rows.values_list("provider_message_id", flat=True)) if ids else set()
    return [event for event in events if event.provider_message_id not in owned]


def _adopt(message: Message, entry: OutboxEntry, found: list[StatusEvent]) -> None:
    """The first is ours. A second one is a text that the customer got twice."""
    entry.delete()
    line_id = entry.line_id
    transaction.on_commit(lambda: ring(line_id), robust=True)  # the next text to this person waited for the answer
    first, *more = found
    _finish_attempt(entry, "accepted")
    recording.accept(message, Taken(first.provider_message_id, first.status, None, first.error, first.provider_code))
    for event in more:
        recording.alarm(message, event.provider_message_id)
    if more:
        progress.write([message])


def _absent(message: Message, entry: OutboxEntry) -> str:
    """The provider does not have it, for all it says: send it again or give it up, as its purpose says."""
    _finish_attempt(entry, "absent")
    rule = TERMS[Purpose(message.purpose)].when_absent
    again = rule is WhenAbsent.UNTIL_DEADLINE or (rule is WhenAbsent.ONCE_AGAIN and entry.resends == 0)
    if again:  # the claim looks at its deadline, and the gate is asked once more
        outbox.send_again(entry)
        audit.record(event=AuditKind.MESSAGE_SENT_AGAIN, object=message, purpose=message.purpose)
        log.warning("text_sent_again", extra={"text": str(message.pk), "purpose": message.purpose})
        return "sent_again"
    entry.delete()
    line_id = entry.line_id
    transaction.on_commit(lambda: ring(line_id), robust=True)
    progress.show(message, MessageStatus.FAILED, ErrorKind.ABSENT, "absent")
    audit.record(event=AuditKind.MESSAGE_GIVEN_UP, object=message, purpose=message.purpose)
    log.error("text_given_up", extra={"text": str(message.pk), "purpose": message.purpose})
    return "given_up"


def _finish_attempt(entry: OutboxEntry, outcome: str) -> None:
    attempts = SendAttempt.objects.filter(message_id=entry.message_id, number=entry.attempt)
    attempts.update(outcome=outcome, finished_at=Now())
