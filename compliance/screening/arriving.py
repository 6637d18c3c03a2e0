"""Texts on their way in: what must not be stored is masked before the first write, also in the texts just before."""

from collections import defaultdict
from collections.abc import Sequence
from typing import cast
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

_BODY = cast("EncryptedTextField[str, str]", Message._meta.get_field("body"))

# The last few of each conversation, the newest first, however many came: a flood must not read itself again and again.
_LAST = """
    SELECT last.* FROM unnest(%s::uuid[]) AS wanted(id) CROSS JOIN LATERAL (
        SELECT conversation_id, id, body FROM texting_message
        WHERE organization_id = %s AND conversation_id = wanted.id AND direction = 'in' AND created_at >= %s
            AND ended_at IS NULL
        ORDER BY created_at DESC, id DESC LIMIT %s
    ) AS last
"""


class Masking:
    """Runs before every other step, so that none of them sees, keeps or answers to what must not be kept."""

    def take(self, arrivals: Sequence[Arrival]) -> None:
        """Mask the bodies, note what was found, and ask for the answer that tells of a safe way."""
        earlier = _Earlier(arrivals)
        notes: list[Finding] = []
        exceptions = Exceptions()
        for arrival in arrivals:
            before = earlier.of(arrival)
            screened = screen(arrival.body, [text for _, text in before])
            earlier.add(arrival, screened)
            if not screened.found:
                continue
            arrival.body = screened.body
            found = [one for one in screened.found if exceptions.match(one.finding) is None]
            arrival.seen += [_seen(one.finding) for one in found]
            notes += noting.rows(
                found,
                message=arrival.message_id,
                conversation=arrival.conversation.pk,
                direction=Finding.Direction.IN,
                at=arrival.received_at,
            )
            if any(one.removed for one in screened.found):
                carrier_copies.forget(arrival.line, arrival.message_id, at=arrival.received_at)
                if answer := safe_way(arrival, screened):
                    arrival.answers.append(answer)
        if notes:
            insert_rows(notes)

    def opted_out_at_carrier(self, message: Message) -> None:
        """Nothing to screen."""


def _seen(finding: Found) -> Seen:
    return Seen(finding.type, finding.confidence, tuple(reason.rule for reason in finding.reasons))


class _Earlier:
    """The texts that each customer of one line has sent in the last minutes, oldest first, as they are stored.

    They are looked up once for all arriving texts, and only where one of those could complete a value.
    """

    def __init__(self, arrivals: Sequence[Arrival]) -> None:
        self._texts: dict[UUID, list[tuple[UUID | Arrival, str]]] = defaultdict(list)
        asking = [one for one in arrivals if may_complete(one.body)]
        if not asking:
            return
        since = min(one.received_at for one in asking) - WINDOW
        wanted = uuids({one.conversation.pk for one in asking})
        organization = current_organization_id()
        with connection.cursor() as cursor:
            cursor.execute(_LAST, [wanted, organization, since, LOOKS_BACK])
            stored = [row for row in cursor.fetchall() if row[2] is not None]
        said = _BODY.read_all(organization, {pk: bytes(body) for _, pk, body in stored})
        for conversation, pk, _ in reversed(stored):
            self._texts[conversation].append((pk, cast(str, said[pk] or "")))

    def of(self, arrival: Arrival) -> list[tuple[UUID | Arrival, str]]:
        """The last few before this one; none where the text cannot complete anything."""
        return self._texts[arrival.conversation.pk][-LOOKS_BACK:] if may_complete(arrival.body) else []

    def add(self, arrival: Arrival, screened: Screened) -> None:
        """This text is an earlier one from now on; fragments before it that were part of a value are masked, too."""
        texts = self._texts[arrival.conversation.pk]
        first = max(len(texts) - LOOKS_BACK, 0)
        for place, body in screened.earlier:
            whose, _ = texts[first + place]
            texts[first + place] = (whose, body)
            _mask(whose, body)
        texts.append((arrival, screened.body))


def _mask(whose: UUID | Arrival, body: str) -> None:
    if isinstance(whose, Arrival):
        whose.body = body
        return
    stored = Message.objects.get(pk=whose)
    stored.body = body
    stored.save(update_fields=["body"])
    keep_anew(stored)
    carrier_copies.forget(stored.line, stored.pk, at=timezone.now())
    live.publish(kind=LiveKind.STATUS, conversation=stored.conversation_id, message=stored.pk, line=stored.line_id)
