"""Texts on their way in: what must not be stored is masked before the first write, also in the texts just before."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.utils import timezone

from compliance.detectors import Finding as Found
from compliance.models import Finding
from compliance.screening import noting
from compliance.screening.answering import safe_way
from compliance.screening.excepted import Exceptions
from compliance.screening.masking import LOOKS_BACK, WINDOW, Screened, may_complete, screen
from tenancy.arrays import uuids
from tenancy.bulk_writes import insert_rows
from tenancy.encryption import EncryptedTextField
from tenancy.isolation import current_organization_id
from texting import carrier_copies, live
from texting.inbound_steps import Arrival, Seen
from texting.live import LiveKind
from texting.models import Message
from texting.searching.keeping import keep_anew
from texting.threads import show_anew

_BODY = cast("EncryptedTextField[str, str]", Message._meta.get_field("body"))

# The last few texts of each customer, whichever conversation and line they came by, and the last few of ours; however
# many came: a flood must not read itself again and again.
_LAST = """
    SELECT said.* FROM unnest(%(contacts)s::uuid[]) AS wanted(id) CROSS JOIN LATERAL (
        (
            SELECT c.contact_id, m.id, m.body, m.is_ours, m.created_at FROM texting_conversation c CROSS JOIN LATERAL (
                SELECT id, body, false AS is_ours, created_at FROM texting_message
                WHERE organization_id = %(organization)s AND conversation_id = c.id AND direction = 'in'
                    AND created_at >= %(since)s AND ended_at IS NULL
                ORDER BY created_at DESC, id DESC LIMIT %(back)s
            ) AS m
            WHERE c.organization_id = %(organization)s AND c.contact_id = wanted.id AND c.last_activity_at >= %(since)s
            ORDER BY m.created_at DESC, m.id DESC LIMIT %(back)s
        ) UNION ALL (
            SELECT c.contact_id, m.id, m.body, true, m.created_at FROM texting_conversation c CROSS JOIN LATERAL (
                SELECT id, body, direction, created_at FROM texting_message
                WHERE organization_id = %(organization)s AND conversation_id = c.id AND created_at >= %(since)s
                    AND ended_at IS NULL
                ORDER BY created_at DESC, id DESC LIMIT %(seen)s
            ) AS m
            WHERE c.organization_id = %(organization)s AND c.contact_id = wanted.id AND c.last_activity_at >= %(since)s
                AND m.direction = 'out'
            ORDER BY m.created_at DESC, m.id DESC LIMIT %(questions)s
        )
    ) AS said
"""
_QUESTIONS = 2  # of ours that a text may answer: an automatic text may follow a colleague's
_SEEN = 12  # texts of a conversation among which ours are looked for


class Masking:
    """Runs before every other step, so that none of them sees, keeps or answers to what must not be kept."""

    def take(self, arrivals: Sequence[Arrival]) -> None:
        """Mask the bodies, note what was found, and ask for the answer that tells of a safe way."""
        earlier = _Earlier(arrivals)
        notes: list[Finding] = []
        exceptions = Exceptions()
        for arrival in arrivals:
            before, asked = earlier.of(arrival)
            screened = screen(arrival.body, [text for _, text in before], asked)
            earlier.add(arrival, screened)
            is_masked = screened.body != arrival.body
            arrival.body = screened.body
            if is_masked:
                carrier_copies.forget(arrival.line, arrival.message_id, at=arrival.received_at)
            if not screened.found:
                continue
            found = [one for one in screened.found if exceptions.match(one.finding) is None]
            arrival.seen += [_seen(one.finding) for one in found]
            notes += noting.rows(
                found,
                message=arrival.message_id,
                conversation=arrival.conversation.pk,
                direction=Finding.Direction.IN,
                at=arrival.received_at,
            )
            if any(one.removed for one in screened.found) and (answer := safe_way(arrival, screened)):
                arrival.answers.append(answer)
        if notes:
            insert_rows(notes)

    def opted_out_at_carrier(self, message: Message) -> None:
        """Nothing to screen."""


def _seen(finding: Found) -> Seen:
    return Seen(finding.type, finding.confidence, tuple(reason.rule for reason in finding.reasons))


class _Earlier:
    """The texts that each customer has sent in the last minutes, oldest first, as they are stored; and ours.

    They are looked up once for all arriving texts, and only where one of those could complete a value.
    """

    def __init__(self, arrivals: Sequence[Arrival]) -> None:
        self._texts: dict[UUID, list[tuple[UUID | Arrival, str]]] = defaultdict(list)
        self._ours: dict[UUID, list[str]] = defaultdict(list)
        asking = [one for one in arrivals if may_complete(one.body)]
        self._asking = {one.message_id for one in asking}
        if not asking:
            return
        organization = current_organization_id()
        values: dict[str, Any] = {
            "contacts": uuids({one.contact.pk for one in asking}),
            "organization": organization,
            "since": min(one.sent_at for one in asking) - WINDOW,  # one that was missed may be late
            "back": LOOKS_BACK,
            "questions": _QUESTIONS,
            "seen": _SEEN,
        }
        with connection.cursor() as cursor:
            cursor.execute(_LAST, values)
            stored = [row for row in cursor.fetchall() if row[2] is not None]
        said = _BODY.read_all(organization, {pk: bytes(body) for _, pk, body, *_ in stored})
        for contact, pk, _, is_ours, _ in sorted(stored, key=_when):
            words = cast(str, said[pk] or "")
            if is_ours:
                self._ours[contact].append(words)
            else:
                self._texts[contact].append((pk, words))

    def of(self, arrival: Arrival) -> tuple[list[tuple[UUID | Arrival, str]], list[str]]:
        """The last few before this one, and our last few; none where the text cannot complete or answer anything."""
        if arrival.message_id not in self._asking:
            return [], []
        return self._texts[arrival.contact.pk][-LOOKS_BACK:], self._ours[arrival.contact.pk]

    def add(self, arrival: Arrival, screened: Screened) -> None:
        """This text is an earlier one from now on; fragments before it that were part of a value are masked, too."""
        texts = self._texts[arrival.contact.pk]
        first = max(len(texts) - LOOKS_BACK, 0)
        for place, body in screened.earlier:
            whose, _ = texts[first + place]
            texts[first + place] = (whose, body)
            _mask(whose, body, besides=arrival.conversation.pk)
        texts.append((arrival, screened.body))


def _when(row: tuple[UUID, UUID, bytes, bool, datetime]) -> tuple[datetime, UUID]:
    return row[4], row[1]


def _mask(whose: UUID | Arrival, body: str, *, besides: UUID) -> None:
    """`besides`: a conversation whose latest text is just arriving, so that its preview is written anew anyhow."""
    if isinstance(whose, Arrival):
        whose.body = body
        return
    stored = Message.objects.select_for_update(no_key=True).filter(pk=whose, ended_at=None).first()
    if stored is None:  # its words ended meanwhile
        return
    stored.body = body
    stored.save(update_fields=["body"])
    keep_anew(stored)
    carrier_copies.forget(stored.line, stored.pk, at=timezone.now())
    live.publish(kind=LiveKind.STATUS, conversation=stored.conversation_id, message=stored.pk, line=stored.line_id)
    if stored.conversation_id != besides and show_anew(stored):
        live.publish(kind=LiveKind.CONVERSATION, conversation=stored.conversation_id, line=stored.line_id)
