"""Fetches customers' files from the provider: each once, whoever is killed when, with no transaction open meanwhile.

A row of `AttachmentDue` is taken by moving its due time on, so a worker that dies is followed by another one; what is
stored is stored under the attachment's row lock and only while it still waits. Nothing is stored that the scanner, if
there is one, has not seen: as long as it is away, the file stays at the provider.
"""

import asyncio
import json
import logging
import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import KeyDestroyed
from tenancy.isolation import activate
from texting import carrier_copies, live
from texting.attachments import storing
from texting.attachments.inspecting import Inspected, inspect
from texting.attachments.kinds import MOST_BYTES, FileRefused, Reason
from texting.attachments.scanning import ScannerAway, scan
from texting.live import LiveKind
from texting.models import Attachment, AttachmentDue, Message
from texting.models.ending import words_left
from texting.providers.base import Credentials, Media, MediaProblem, MediaRefused, NotAccepted, Provider
from texting.providers.registry import UnknownProvider, capabilities_of, provider_for

log = logging.getLogger("parley.attachments")

LEASE = timedelta(minutes=3)  # more than a task may take
TURN_SECONDS = 40.0
FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0  # seconds
PATIENCE = {  # how long after its text a file is still asked for
    Reason.NOT_FETCHED: timedelta(minutes=15),
    Reason.PROVIDER_AWAY: timedelta(days=1),
    Reason.SCANNER_AWAY: timedelta(days=7),
}
_PROBLEMS = {MediaProblem.TOO_LARGE: Reason.TOO_LARGE, MediaProblem.WRONG_TYPE: Reason.TYPE}

_TAKE = """
UPDATE texting_attachmentdue
SET due_at = clock_timestamp() + make_interval(secs => %(lease)s), attempt = least(attempt + 1, 1000)
WHERE attachment_id = (
    SELECT attachment_id FROM texting_attachmentdue WHERE due_at <= clock_timestamp()
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING attachment_id, organization_id, attempt, noted_at
"""


@dataclass(frozen=True)
class _Turn:
    attachment_id: UUID
    organization_id: UUID
    attempt: int
    noted_at: datetime


@dataclass(frozen=True)
class _Failed:
    """Not this time. `again`: whether it may be different later."""

    reason: Reason
    again: bool
    wait: float = 0.0


@dataclass(frozen=True)
class _Fetched:
    inspected: Inspected
    verdict: Attachment.Verdict
    size: int


def fetch_due() -> int:
    """Fetch what is due until nothing is, or the turn is over. Returns how many were tried."""
    tried, end = 0, time.monotonic() + TURN_SECONDS
    while time.monotonic() < end and (turn := _take()) is not None:
        tried += 1
        try:
            _fetch(turn)
        except Exception as error:  # one that breaks must not hold up the others, nor wait for the end of its lease
            log.error("fetch_broke", extra={"attachment": str(turn.attachment_id), "error": type(error).__name__})
            _come_again(turn)
    return tried


def _come_again(turn: _Turn, *, at_least: float = 0.0) -> None:
    """Due after a wait that doubles with each attempt, in seconds at least so many."""
    wait = min(FIRST_WAIT * 2 ** min(turn.attempt - 1, 10), LONGEST_WAIT) * random.uniform(0.5, 1)  # noqa: S311
    due = timezone.now() + timedelta(seconds=max(wait, at_least))
    AttachmentDue.objects.filter(attachment_id=turn.attachment_id).update(due_at=due)


def _take() -> _Turn | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, {"lease": LEASE.total_seconds()})
        row = cursor.fetchone()
    return _Turn(*row) if row else None


def _fetch(turn: _Turn) -> None:
    with activate(turn.organization_id):
        asked = _what_to_ask(turn)
    if asked is not None:
        outcome = _outcome(*asked)
        with activate(turn.organization_id):
            _record(turn, outcome)


def _what_to_ask(turn: _Turn) -> tuple[Provider, Media] | None:
    """None when there is nothing to fetch any more, or nobody to ask; that is recorded then."""
    attachment = _waiting(turn)
    if attachment is None or attachment.message is None:
        _forget(turn)
        return None
    line = attachment.message.line
    try:
        source = json.loads(words_left(attachment.source))
        provider = provider_for(line.provider, Credentials.from_json(line.credentials))
    except KeyDestroyed:
        _end(turn, attachment, Attachment.State.GONE, "")
        return None
    except UnknownProvider:
        _record(turn, _Failed(Reason.PROVIDER_AWAY, again=True))
        return None
    return provider, Media(source["type"], source["url"])


def _outcome(provider: Provider, media: Media) -> _Fetched | _Failed:
    """Ask provider and scanner; look into the file. No transaction is open."""
    try:
        file = asyncio.run(_from_provider(provider, media))
        verdict = scan(file)
        if verdict is Attachment.Verdict.INFECTED:
            return _Failed(Reason.INFECTED, again=False)
        return _Fetched(inspect(file), verdict, len(file))
    except MediaRefused as error:
        return _Failed(_PROBLEMS.get(error.problem, Reason.NOT_FETCHED), error.retry, error.retry_after or 0.0)
    except NotAccepted as error:
        reason = Reason.PROVIDER_AWAY if error.retry else Reason.NOT_FETCHED
        return _Failed(reason, error.retry, error.retry_after or 0.0)
    except ScannerAway:
        return _Failed(Reason.SCANNER_AWAY, again=True)
    except FileRefused as error:
        return _Failed(error.reason, again=False)


async def _from_provider(provider: Provider, media: Media) -> bytes:
    async with provider.open_session() as session:
        return (await session.fetch_media(media, limit=MOST_BYTES)).content


def _record(turn: _Turn, outcome: _Fetched | _Failed) -> None:
    attachment = _waiting(turn)
    if attachment is None:
        _forget(turn)
    elif isinstance(outcome, _Fetched):
        attachment.original_size = outcome.size
        storing.keep(attachment, outcome.inspected, outcome.verdict)
        storing.keep_bytes(attachment, outcome.inspected)
        attachment.save()
        _forget(turn)
        _have_copies_forgotten(attachment)
        _tell(attachment)
    elif outcome.again and timezone.now() < turn.noted_at + PATIENCE[outcome.reason]:
        _come_again(turn, at_least=outcome.wait)
        if attachment.reason != outcome.reason and outcome.reason is not Reason.NOT_FETCHED:
            attachment.reason = outcome.reason
            attachment.save(update_fields=["reason"])
            _tell(attachment)
    else:
        reason = Reason.NOT_FETCHED if outcome.reason is Reason.PROVIDER_AWAY else outcome.reason
        _end(turn, attachment, Attachment.State.REFUSED, reason)


def _have_copies_forgotten(attachment: Attachment) -> None:
    """Once every file of the text is here, the provider is asked to forget its copies; while one is not, it has the
    only one. Two who fetch the last two files at once wait for each other at the text.
    """
    texts = Message.objects.select_for_update(of=("self",), no_key=True).select_related("line")
    whole = texts.get(attachments=attachment.pk)
    if capabilities_of(whole.line.provider).copy_is_handset:
        return
    elsewhere = Attachment.objects.filter(message=whole).exclude(state=Attachment.State.HERE)
    if not elsewhere.exists():
        carrier_copies.forget(whole.line, whole.pk, at=timezone.now())


def _end(turn: _Turn, attachment: Attachment, state: Attachment.State, reason: str) -> None:
    """Nothing more will come."""
    attachment.state, attachment.reason = state, reason
    fields = ["state", "reason", "verdict"]
    if reason == Reason.INFECTED:
        attachment.verdict = Attachment.Verdict.INFECTED
    attachment.save(update_fields=fields)
    _forget(turn)
    if state == Attachment.State.REFUSED:
        audit.record(event=AuditKind.ATTACHMENT_REFUSED, object=attachment, reason=reason)
    _tell(attachment)


def _waiting(turn: _Turn) -> Attachment | None:
    """The attachment, locked, if it still waits."""
    rows = Attachment.objects.select_for_update(of=("self",)).select_related("message__line")
    return rows.filter(pk=turn.attachment_id, state=Attachment.State.WAITING).first()


def _forget(turn: _Turn) -> None:
    AttachmentDue.objects.filter(attachment_id=turn.attachment_id).delete()


def _tell(attachment: Attachment) -> None:
    """Let open threads fetch the text anew."""
    if (message := attachment.message) is not None:
        live.publish(
            kind=LiveKind.STATUS, conversation=message.conversation_id, message=message.pk, line=message.line_id
        )
