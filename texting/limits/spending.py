"""Counts what a text costs, in the transaction that queues it: one statement, which refuses what is beyond a limit.

The gate has read the same counts a moment before; this statement is what holds when two texts want the last place. It
comes last in its transaction's work, because the organization's row for the day stays locked until the commit.

What is given back afterwards: `refunds`.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tenancy.ids import new_id
from tenancy.isolation import current_organization_id
from texting.gate import Draft
from texting.limits import alarms, judging, notices
from texting.limits.alarms import Window
from texting.limits.bounds import ANSWERS_AN_HOUR, Limited
from texting.limits.destinations import destination_of
from texting.limits.judging import Text
from texting.limits.prices import prices
from texting.limits.standing import Kind, Place, Standing, forget, standing
from texting.models import Contact, Message
from texting.purposes import Purpose

_NO_LIMIT = 2**31 - 1
_REMEMBERED = 500  # new contacts of a block and hour; an alarm has come long before


class OverLimit(Exception):
    """A limit was used up since the gate was asked. Nothing was counted once the caller's savepoint is rolled back."""


@dataclass(frozen=True)
class _Row:
    """What texts add to one window. `new`: contacts that are texted for the first time, with their last digits."""

    kind: Kind
    key: bytes
    begins_at: datetime
    texts: int
    segments: int
    micros: int
    new: tuple[tuple[UUID, int], ...] = ()

    def __add__(self, other: "_Row") -> "_Row":
        return replace(
            self,
            texts=self.texts + other.texts,
            segments=self.segments + other.segments,
            micros=self.micros + other.micros,
            new=self.new + tuple(one for one in other.new if one not in self.new),
        )

    def as_json(self) -> dict[str, object]:
        """As the statement reads it."""
        return {
            "id": str(new_id()),
            "kind": self.kind.value,
            "key": self.key.hex(),
            "begins_at": self.begins_at.isoformat(),
            "texts": self.texts,
            "segments": self.segments,
            "micros": self.micros,
            "new_contacts": [str(contact) for contact, _ in self.new],
            "last_digits": [digits for _, digits in self.new],
        }


# Rows are locked in one order (kind, key), whoever counts. The limits hold for a first row as for a later one.
_FITS = """CASE {row}.kind
    WHEN 'day' THEN {segments} <= %(day_segments)s AND {micros} <= %(day_micros)s
    WHEN 'organization' THEN {texts} <= %(organization_hour)s
    WHEN 'member' THEN {texts} <= %(member_hour)s
    WHEN 'number' THEN {texts} <= %(number_hour)s
    WHEN 'prefix' THEN {texts} <= %(prefix_hour)s
    WHEN 'answers' THEN {texts} <= %(answers_hour)s
    END"""
_FIRST = _FITS.format(row="n", texts="n.texts", segments="n.segments", micros="n.micros")
_LATER = _FITS.format(
    row="c",
    texts="c.texts + EXCLUDED.texts",
    segments="c.segments + EXCLUDED.segments",
    micros="c.micros + EXCLUDED.micros",
)
_COUNT = f"""
WITH strangers AS (
    UPDATE texting_contact SET first_texted_at = %(now)s
    WHERE organization_id = %(organization)s AND id = ANY(%(strangers)s::uuid[]) AND first_texted_at IS NULL
)
INSERT INTO texting_sendingcount AS c
    (id, organization_id, kind, key, begins_at, texts, segments, micros, new_contacts, last_digits, codes, codes_used)
SELECT n.id, %(organization)s, n.kind, decode(n.key, 'hex'), n.begins_at, n.texts, n.segments, n.micros,
    ARRAY(SELECT jsonb_array_elements_text(n.new_contacts)::uuid),
    ARRAY(SELECT jsonb_array_elements_text(n.last_digits)::smallint), 0, 0
FROM jsonb_to_recordset(%(rows)s::jsonb) AS n (id uuid, kind text, key text, begins_at timestamptz, texts int,
    segments int, micros bigint, new_contacts jsonb, last_digits jsonb)
WHERE {_FIRST}
ORDER BY n.kind, n.key
ON CONFLICT (organization_id, kind, key, begins_at) DO UPDATE SET
    texts = c.texts + EXCLUDED.texts, segments = c.segments + EXCLUDED.segments, micros = c.micros + EXCLUDED.micros,
    new_contacts = CASE WHEN EXCLUDED.new_contacts <@ c.new_contacts OR cardinality(c.new_contacts) >= {_REMEMBERED}
        THEN c.new_contacts ELSE c.new_contacts || EXCLUDED.new_contacts END,
    last_digits = CASE WHEN EXCLUDED.new_contacts <@ c.new_contacts OR cardinality(c.new_contacts) >= {_REMEMBERED}
        THEN c.last_digits ELSE c.last_digits || EXCLUDED.last_digits END
WHERE {_LATER}
RETURNING kind, key, begins_at, texts, segments, micros, new_contacts, last_digits
"""  # noqa: S608 - put together from the text above


def day() -> datetime:
    """The begin of the organization's day, which a text of now counts in."""
    return standing().day


def price_of(draft: Draft, segments: int) -> int:
    """Micros of a text."""
    return prices().price_of(destination_of(draft.conversation.contact).region, segments)


def count(messages: Sequence[Message]) -> None:
    """Count texts of one purpose that the gate allowed: all, or OverLimit, and then the caller rolls back to before it.

    Texts that are owed to the customer count without a ceiling.
    """
    if not messages:
        return
    texts = [(_text(message), message) for message in messages]
    purpose = Purpose(messages[0].purpose)
    here = standing(unheard=[text.contact_id for text, _ in texts if not text.heard])
    rows: dict[Place, _Row] = {}
    contacts: dict[Place, Contact] = {}
    for text, message in texts:
        for place, row in _rows(text, message, here):
            rows[place] = rows[place] + row if place in rows else row
            contacts[place] = message.contact
    strangers = {message.contact.pk for message in messages if message.contact.first_texted_at is None}
    windows = _count(list(rows.values()), here, strangers, free=purpose in judging.OWED)
    forget()
    if len(windows) < len(rows):
        raise OverLimit
    _mark(here, messages)
    for window in windows:
        place = (window.kind, window.key)
        if window.kind == Kind.DAY:
            notices.tell(window, here, rows[place].segments, rows[place].micros)
        elif window.kind == Kind.PREFIX:
            alarms.look(
                window,
                here,
                contacts[place],
                bulk=purpose is Purpose.BULK or any(message.announcement_id for message in messages),
            )


def _text(message: Message) -> Text:
    return Text(
        contact_id=message.contact.pk,
        author_id=None if message.announcement_id else message.author_id,
        destination=destination_of(message.contact),
        purpose=Purpose(message.purpose),
        segments=message.segments,
        heard=message.conversation.last_inbound_at is not None,
        single=message.announcement_id is None,
    )


def _rows(text: Text, message: Message, here: Standing) -> Iterator[tuple[Place, _Row]]:
    """What this text adds to each of its windows."""
    contact = message.contact
    new = ((contact.pk, _last_digits(contact)),) if contact.first_texted_at is None else ()
    for kind, key in text.places(here):
        yield (
            (kind, key),
            _Row(
                kind,
                key,
                here.day if kind == Kind.DAY else here.hour,
                1,
                message.segments,
                message.price_micros,
                new if kind == Kind.PREFIX else (),
            ),
        )


def _last_digits(contact: Contact) -> int:
    digits = "".join(filter(str.isdecimal, contact.number_masked[-4:]))
    return int(digits or 0)


def _count(rows: Sequence[_Row], here: Standing, strangers: Collection[UUID], *, free: bool) -> list[Window]:
    values: dict[str, Any] = {
        "organization": current_organization_id(),
        "now": here.now,
        "strangers": list(strangers),
        "rows": json.dumps([row.as_json() for row in rows]),
        "day_segments": _NO_LIMIT if free else here.segments_a_day,
        "day_micros": 2**62 if free else here.micros_a_day,
        "answers_hour": ANSWERS_AN_HOUR,
        **{limited.value: here.rates[limited] for limited in Limited},
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        return [Window(Kind(kind), bytes(key), *rest) for kind, key, *rest in cursor.fetchall()]


def _mark(here: Standing, messages: Sequence[Message]) -> None:
    """Remember where a text that was not counted when it was queued counts, and whom we text for the first time."""
    late = [message for message in messages if message.counted_from is None]
    if late:
        Message.objects.filter(pk__in=[message.pk for message in late]).update(counted_from=here.day)
    for message in late:
        message.counted_from = here.day
    for message in messages:
        message.contact.first_texted_at = message.contact.first_texted_at or here.now
