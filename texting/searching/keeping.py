"""Writes down under which words texts, notes and contacts are found, and forgets it. One statement for any number.

Texts and notes are written down by whoever stores them, in the same transaction, so what is there can be found at once;
the marks go in the transaction that ends the words. What only the customer may read, and sign-in codes, are not kept.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from tenancy import arrays
from tenancy.encryption import prefetch, readable
from tenancy.isolation import current_organization_id
from texting.masking import last_digits
from texting.models import Contact, ContactField, EndedAs, FieldValue, Message, Note
from texting.purposes import PRIVATE, Purpose
from texting.searching.marks import keys_that_write, mail_mark, month_of, name_marks, text_mark, whole_name_mark
from texting.searching.words import beginnings_of, mail_of, whole_name, words_of

NEVER = PRIVATE | {Purpose.CODE}
"""Purposes of texts that nobody finds."""
FOUND_BY = (ContactField.Kind.TEXT, ContactField.Kind.NUMBER)
"""Kinds of fields by which contacts are found. Of the others a few values part all contacts into groups: filters."""

_KEEP = """
INSERT INTO texting_textword (organization_id, mark, row_id)
SELECT %s, n.mark, n.row_id FROM unnest(%s::bigint[], %s::uuid[]) AS n (mark, row_id) ON CONFLICT DO NOTHING
"""
_KEEP_NAMES = """
INSERT INTO texting_contactword (organization_id, mark, contact_id)
SELECT %s, n.mark, n.contact_id FROM unnest(%s::int[], %s::uuid[]) AS n (mark, contact_id) ON CONFLICT DO NOTHING
"""
_FORGET = "DELETE FROM texting_textword WHERE organization_id = %s AND row_id = ANY(%s::uuid[])"
_FORGET_NAMES = "DELETE FROM texting_contactword WHERE organization_id = %s AND contact_id = ANY(%s::uuid[])"


def keep_words(rows: Sequence[Message | Note]) -> int:
    """Write down the words of new texts or notes of the active organization; how many marks. Twice is once."""
    said = [(row, row.body, month_of(row.created_at)) for row in rows if row.body and not _is_private(row)]
    words = {body: words_of(body) for body in {body for _, body, _ in said}}
    said = [one for one in said if words[one[1]]]
    if not said:
        return 0
    organization = current_organization_id()
    keys = keys_that_write(organization, {month for _, _, month in said})
    marks = {  # of what many say once
        (body, month): sorted({text_mark(keys, month, word) for word in words[body]})
        for body, month in {(body, month) for _, body, month in said}
    }
    pairs = [(mark, row.pk) for row, body, month in said for mark in marks[body, month]]
    _write(_KEEP, pairs)
    return len(pairs)


def keep_anew(row: Message | Note) -> None:
    """A text says something else now: what must not be stored was taken out of it."""
    forget([row.pk])
    keep_words([row])


def keep_names(contacts: Iterable[Contact], *, new: bool = False) -> None:
    """Write down what finds these contacts now. `new`: nothing is kept of them yet, so nothing is to be forgotten."""
    contacts = list(contacts)
    if not contacts:
        return
    organization = current_organization_id()
    if not new:
        forget_names([contact.pk for contact in contacts])
    more = {} if new else values_of([contact.pk for contact in contacts])
    pairs = [
        (mark, contact.pk) for contact in contacts for mark in _marks(organization, contact, more.get(contact.pk, ()))
    ]
    _write(_KEEP_NAMES, pairs)


def values_of(contact_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """What else than the name finds contacts: what stands in their fields of text and numbers, and e-mail addresses.

    For the index, so without regard to who may see it.
    """
    rows = list(FieldValue.objects.filter(contact__in=list(contact_ids), field__kind__in=FOUND_BY).order_by("pk"))
    prefetch(rows)
    found: dict[UUID, list[str]] = {}
    for row in rows:
        if value := readable(row, "value", ""):
            found.setdefault(row.contact_id, []).append(value)
    for pk, address in addresses_of(contact_ids).items():
        found.setdefault(pk, []).append(address)
    return found


def addresses_of(contact_ids: Collection[UUID]) -> dict[UUID, str]:
    """E-mail addresses of contacts, from whoever keeps them: `settings.TEXTING_CONTACT_ADDRESSES`."""
    asked: Callable[[Collection[UUID]], dict[UUID, str]] = import_string(settings.TEXTING_CONTACT_ADDRESSES)
    return asked(contact_ids)


def _marks(organization: UUID, contact: Contact, values: Sequence[str]) -> set[int]:
    name = readable(contact, "name", "") or ""
    beginnings = beginnings_of(" ".join([name, *values]))
    found = set(name_marks(organization, beginnings, last_digits(contact.number_masked)))
    if whole := whole_name(name):
        found.add(whole_name_mark(organization, whole))
    return found | {mail_mark(organization, mail) for value in values if (mail := mail_of(value))}


def forget(row_ids: Collection[UUID]) -> int:
    """Forget the words of these texts and notes; how many marks there were."""
    return _run(_FORGET, [current_organization_id(), arrays.uuids(row_ids)])


def forget_ended(message_ids: Collection[UUID], ended_as: EndedAs) -> None:
    """`settings.TEXTING_WORDS_ENDED`: whose words have ended is not found by them."""
    forget(message_ids)


def forget_names(contact_ids: Collection[UUID]) -> int:
    """Forget what finds these contacts; how many marks there were."""
    return _run(_FORGET_NAMES, [current_organization_id(), arrays.uuids(contact_ids)])


def forget_all_names() -> int:
    """Forget what finds anybody, of an organization that ends: its key of numbers stays in escrow, and names are marked
    under it. The keys of the texts' marks go with all others.
    """
    return _run("DELETE FROM texting_contactword WHERE organization_id = %s", [current_organization_id()])


def _is_private(row: Message | Note) -> bool:
    return isinstance(row, Message) and (row.purpose in NEVER or row.line.sends_codes)


def _write(statement: str, pairs: Sequence[tuple[int, UUID]]) -> None:
    marks, rows = arrays.numbers(mark for mark, _ in pairs), arrays.uuids(pk for _, pk in pairs)
    _run(statement, [current_organization_id(), marks, rows])


def _run(statement: str, values: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
