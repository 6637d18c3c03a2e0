"""Takes what a provider reports of our texts: many reports at once, each one once, forward only.

Two statements for a group. The first finds the attempts by their tokens, locks their texts and writes down what is
heard for the first time; the second stores what follows from it. What that is, is decided between them, in Python.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from tenancy import arrays
from tenancy.bulk_writes import update_rows
from tenancy.ids import new_id
from tenancy.isolation import current_organization_id
from texting import inbound_steps, progress, recording
from texting.doorbells import ring
from texting.models import Line, Message, OutboxEntry
from texting.preparing import hash_token
from texting.progress import Taken
from texting.providers.base import StatusEvent
from texting.statuses import ErrorKind, MessageStatus, advance

Report = tuple[str, StatusEvent]  # the token of an attempt, and what the provider says of it

_NEEDED = frozenset(progress.NEEDED)
_COLUMNS = [field.attname for field in Message._meta.concrete_fields if field.attname in _NEEDED]

# Texts are locked in one order. Whoever waited for a lock reads the text as it is then, and what another transaction
# has written down meanwhile is found by the unique key, whatever this statement's snapshot shows.
_HEAR = f"""
WITH reported AS (
    SELECT decode(hash, 'hex') AS token_hash, id, event_key, status, error_kind, provider_code
    FROM unnest(%(hashes)s::text[], %(ids)s::uuid[], %(keys)s::text[], %(statuses)s::text[], %(kinds)s::text[],
        %(codes)s::text[]) AS r (hash, id, event_key, status, error_kind, provider_code)
), named AS (
    SELECT token_hash, number, message_id FROM texting_sendattempt
    WHERE organization_id = %(organization)s AND token_hash = ANY(ARRAY(SELECT token_hash FROM reported))
), locked AS (
    SELECT * FROM texting_message
    WHERE organization_id = %(organization)s AND line_id = %(line)s
        AND id = ANY(ARRAY(SELECT message_id FROM named))
    ORDER BY id FOR UPDATE
), heard AS (
    INSERT INTO texting_statusevent
        (id, organization_id, message_id, event_key, status, error_kind, provider_code, received_at)
    SELECT r.id, %(organization)s, l.id, r.event_key, r.status, r.error_kind, r.provider_code, %(now)s
    FROM reported r JOIN named n ON n.token_hash = r.token_hash JOIN locked l ON l.id = n.message_id
    ON CONFLICT (organization_id, message_id, event_key) DO NOTHING
    RETURNING message_id, event_key
)
SELECT n.token_hash, n.number, h.keys, {", ".join(f"l.{name}" for name in _COLUMNS)}
FROM named n JOIN locked l ON l.id = n.message_id
LEFT JOIN (SELECT message_id, array_agg(event_key) AS keys FROM heard GROUP BY message_id) h ON h.message_id = l.id
"""  # noqa: S608 - names of our own columns


def take_status(line: Line, token: str, event: StatusEvent) -> bool:
    """Record what a provider says about the attempt that `token` belongs to. False when there is no such attempt.

    A repeat, or anything older than what is known, changes nothing. The first word about an attempt proves that the
    provider took it, so it does the work of an answer that was lost or has not come yet.
    """
    return take_statuses(line.pk, [(token, event)])[0]


def take_statuses(line_id: UUID, reports: Sequence[Report]) -> list[bool]:
    """`take_status` for many reports about texts of one line, in their order, with as many statements as for one."""
    if not reports:
        return []
    tokens = [hash_token(token) for token, _ in reports]
    keys = [f"{event.provider_message_id}:{event.status}:{event.provider_code}"[:120] for _, event in reports]
    group = _Group(_hear(line_id, tokens, keys, [event for _, event in reports]))
    known = [group.take(token, key, event) for token, key, (_, event) in zip(tokens, keys, reports, strict=True)]
    group.write()
    return known


def _hear(line_id: UUID, tokens: Sequence[bytes], keys: Sequence[str], events: Sequence[StatusEvent]) -> list[Any]:
    """Lock the texts, write down what is new. A row for each attempt that is known."""
    values: dict[str, Any] = {
        "organization": current_organization_id(),
        "line": line_id,
        "now": timezone.now(),
        "hashes": arrays.texts(token.hex() for token in tokens),
        "ids": arrays.uuids(new_id() for _ in events),
        "keys": arrays.texts(keys),
        "statuses": arrays.texts(event.status for event in events),
        "kinds": arrays.texts(event.error or "" for event in events),
        "codes": arrays.texts(event.provider_code[:20] for event in events),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HEAR, values)
        return list(cursor.fetchall())


class _Group:
    """A group of reports and what they change. The texts are locked; `rows` are those of `_HEAR`."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.messages: dict[UUID, Message] = {}
        self.attempts: dict[bytes, tuple[Message, int]] = {}
        self.unheard: set[tuple[UUID, str]] = set()
        for token, number, keys, *values in rows:
            read = Message.from_db("default", _COLUMNS, values)  # names in the order of values
            message = self.messages.setdefault(read.pk, read)  # a text may have had several attempts
            self.attempts[bytes(token)] = message, number
            self.unheard.update((message.pk, key) for key in keys or ())
        self.changed: dict[UUID, Message] = {}
        self.numbered: dict[UUID, Message] = {}
        self.taken: dict[UUID, int] = {}  # the attempt by which the provider turned out to have a text
        self.opted_out: list[Message] = []

    def take(self, token: bytes, key: str, event: StatusEvent) -> bool:
        """One report. Whether its attempt is known."""
        if token not in self.attempts:
            return False
        message, number = self.attempts[token]
        if (message.pk, key) not in self.unheard:
            return True
        self.unheard.remove((message.pk, key))
        if message.provider_message_id is None:
            self.taken[message.pk] = number
        proof = Taken(event.provider_message_id, event.status, None, event.error, event.provider_code)
        if message.provider_message_id != event.provider_message_id and recording.take(message, proof):
            self.changed[message.pk] = message
        status = advance(MessageStatus(message.status), event.status)
        if status != message.status:
            progress.move(message, status, event.error, event.provider_code)
            self.changed[message.pk] = message
        if event.sent_from and not message.our_number:
            message.our_number = event.sent_from
            self.numbered[message.pk] = message
        if event.error is ErrorKind.OPTED_OUT:
            self.opted_out.append(message)
        return True

    def write(self) -> None:
        """Everything together. The next texts to people whose text was unsettled may have waited for this."""
        if self.taken:
            ended = reduce(or_, (Q(message_id=pk, attempt=number) for pk, number in self.taken.items()))
            OutboxEntry.objects.filter(ended).delete()
            for line_id in {self.messages[pk].line_id for pk in self.taken}:
                _ring_after_commit(line_id)
        progress.write(list(self.changed.values()))
        update_rows(list(self.numbered.values()), ["our_number"])
        for message in self.opted_out:
            inbound_steps.opted_out_at_carrier(message)


def _ring_after_commit(line_id: UUID) -> None:
    transaction.on_commit(lambda: ring(line_id), robust=True)
