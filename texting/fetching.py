"""Texts of customers whose webhook never reached us: read from the provider's list, for each line every few minutes.

A provider tries a webhook once or a few times and then gives up; what it could not hand over stands only in its list.
A STOP can be among it. The list is read from a quarter of an hour before the last look, since it may lag, and each text
goes the way of all texts (`receiving.receive_all`), which takes it once only, also when the webhook comes at the same
moment.
"""

import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from tenancy.isolation import activate
from texting import circuit, receiving
from texting.models import FetchedText, Line, LineKey, Message
from texting.phone_numbers import BadNumber, from_provider
from texting.providers.base import Credentials, Inbound, Provider
from texting.providers.registry import provider_for
from texting.statuses import ErrorKind

log = logging.getLogger("parley.receiving")

EVERY = timedelta(minutes=5)
OVERLAP = timedelta(minutes=15)
_LINES = 10  # taken at once: a worker that dies leaves so many to the next round
TURN_SECONDS = 45.0
_TOGETHER = 50  # texts in one transaction

_TAKE = """
UPDATE texting_linekey SET poll_due_at = clock_timestamp() + make_interval(secs => %(every)s)
WHERE line_id IN (
    SELECT line_id FROM texting_linekey WHERE poll_due_at <= clock_timestamp()
    ORDER BY poll_due_at LIMIT %(lines)s FOR UPDATE SKIP LOCKED)
RETURNING organization_id, line_id, polled_at, clock_timestamp()
"""


@dataclass(frozen=True)
class _Turn:
    """One line that is due: its list was read up to `read_until`; it is `now`, by the database's clock."""

    organization_id: UUID
    line_id: UUID
    read_until: datetime
    now: datetime


def fetch_missed() -> dict[str, int]:
    """Read the lists of the lines that are due. Returns how many were read, could not be, and what they held."""
    counts, end = {"lines": 0, "failed": 0, "missed": 0}, time.monotonic() + TURN_SECONDS
    while time.monotonic() < end and (turns := _take_turns()):
        _fetch_all(turns, counts)
    return counts


def _take_turns() -> list[_Turn]:
    values = {"every": EVERY.total_seconds(), "lines": _LINES}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        return [_Turn(*row) for row in cursor.fetchall()]


def _fetch_all(turns: Sequence[_Turn], counts: dict[str, int]) -> None:
    for turn in turns:
        try:
            counts["missed"] += _fetch(turn)
            counts["lines"] += 1
        except Exception as error:  # one line's credentials or provider must not keep the others from being read
            log.warning("list_not_read", extra={"line": str(turn.line_id), "error": type(error).__name__})
            counts["failed"] += 1


def _fetch(turn: _Turn) -> int:
    """How many texts of one line had been missed. Raises what reading credentials and asking the provider may raise."""
    with activate(turn.organization_id):
        line = Line.objects.get(pk=turn.line_id)
    provider = provider_for(line.provider, Credentials.from_json(line.credentials))
    texts = asyncio.run(_list(provider, line.number, since=turn.read_until - OVERLAP, until=turn.now + OVERLAP))
    _sign_in_works(line)
    missed = 0
    for part in _parts(texts):
        missed += _take_part(turn.organization_id, line, part)
    LineKey.objects.filter(line_id=line.pk, polled_at__lt=turn.now).update(polled_at=turn.now)
    if missed:
        log.warning("webhooks_missed", extra={"line": str(line.pk), "texts": missed})
    return missed


async def _list(provider: Provider, number: str, *, since: datetime, until: datetime) -> list[Inbound]:
    async with provider.open_session() as session:
        return await session.list_inbound(number, since=since, until=until)


def _take_part(organization_id: UUID, line: Line, texts: Sequence[Inbound]) -> int:
    """In one transaction; one by one when that breaks, so that a text that cannot be taken keeps out no other one.

    Raises DatabaseError when not one of several could be taken: then it is not the texts' fault.
    """
    try:
        with activate(organization_id):
            return _take(line, texts)
    except Exception as error:
        if len(texts) == 1:
            raise
        log.warning("list_broke", extra={"line": str(line.pk), "texts": len(texts), "error": type(error).__name__})
    taken, broken = 0, 0
    for text in texts:
        try:
            with activate(organization_id):
                taken += _take(line, [text])
        except Exception as error:
            log.error("text_not_taken", extra={"line": str(line.pk), "error": type(error).__name__})
            broken, last = broken + 1, error
    if broken == len(texts):
        raise last
    return taken


def _take(line: Line, texts: Sequence[Inbound]) -> int:
    """Take those that are not known yet. One statement when all are, as they usually are."""
    known = Message.objects.filter(line=line, provider_message_id__in=[text.provider_message_id for text in texts])
    stored = set(known.values_list("provider_message_id", flat=True))
    new = [text for text in texts if text.provider_message_id not in stored and _has_a_number(text)]
    taken = [(text, message) for text, message in zip(new, receiving.receive_all(line, new), strict=True) if message]
    FetchedText.objects.bulk_create(
        FetchedText(line=line, message=message, sent_at=text.sent_at) for text, message in taken
    )
    return len(taken)


def _has_a_number(text: Inbound) -> bool:
    """False for short codes and names, which nobody can answer."""
    try:
        from_provider(text.from_)
    except BadNumber:
        return False
    return True


def _sign_in_works(line: Line) -> None:
    """The provider answered with this line's credentials: a line that stopped because of them may go on."""
    if any(stop.kind is ErrorKind.AUTH for stop in circuit.stops([line.pk])):
        circuit.resume(line.pk)


def _parts(texts: Sequence[Inbound]) -> Iterator[Sequence[Inbound]]:
    for start in range(0, len(texts), _TOGETHER):
        yield texts[start : start + _TOGETHER]
