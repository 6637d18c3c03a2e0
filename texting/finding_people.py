"""Finding people: by how words of their names begin, by the whole number, by its last four digits, by what stands in
the fields of text and numbers that the member sees, by an e-mail address.

Whoever does not see names and numbers finds by the last four digits only, since those are what they see. A person with
several numbers is found once: by the number that was looked for, else by the first one.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from tenancy.encryption import blind_index, prefetch
from tenancy.isolation import current_organization_id
from texting.fields.reading import SeenField, fields_for, values_in_list
from texting.masking import last_digits
from texting.models import Contact, Conversation
from texting.models.contact import NUMBER_INDEX
from texting.persons import first_of
from texting.phone_numbers import BadNumber, parse
from texting.queries.access import contacts_for, visible_conversations
from texting.queries.searching import NEWER_THAN_ALL
from texting.queries.seeing import Customer, customer, sees_everybody
from texting.queries.tags import ShownTag, tags_of
from texting.searching.asking import Part, Query, begun, is_named
from texting.searching.keeping import FOUND_BY, addresses_of
from texting.searching.marks import mail_mark, name_marks, number_mark
from texting.searching.words import LONGEST_PREFIX, beginnings_of, mail_of

MOST_PEOPLE = 8
BATCH, MOST_LOOKED_AT = 400, 4_000  # candidates that are opened; a beginning of two letters in a long list has more

_MARKED = """
SELECT contact_id FROM texting_contactword WHERE organization_id = %s AND mark = ANY(%s::int[]) AND contact_id < %s
GROUP BY contact_id HAVING count(*) = %s ORDER BY contact_id DESC LIMIT %s
"""


@dataclass(frozen=True)
class Person:
    """A contact; `conversation_id` is the newest conversation with them that the member may read.

    `told`: what was found beside name and number, with the name of its field ("" of an e-mail address for escalations).
    """

    customer: Customer
    conversation_id: UUID | None
    tags: tuple[ShownTag, ...] = ()
    told: tuple[tuple[str, tuple[Part, ...]], ...] = ()


@dataclass(frozen=True)
class People:
    """`more`: there are others of this name, so more letters would help."""

    rows: tuple[Person, ...] = ()
    more: bool = False


def find_people(member: Membership, query: Query, tag_id: UUID | None = None) -> People:
    """Contacts that the query names."""
    may_see_contacts = member.may(Permission.CONTACTS_READ)
    conversations = visible_conversations(member)
    rows = contacts_for(member)
    if not may_see_contacts:
        rows = rows.filter(Exists(conversations.filter(contact=OuterRef("pk"))))
    if tag_id is not None:
        rows = rows.filter(contact_tags__tag=tag_id)
    found: dict[UUID, _Found] = {}
    fields = [field for field in fields_for(member) if field.kind in FOUND_BY] if sees_everybody(member) else []
    for batch in _batches(member, query, rows):
        shown = {one.pk: customer(member, one, in_list=True) for one in batch}
        named = {pk for pk, one in shown.items() if _is_it(query, one)}
        told = _told(member, query, fields, shown.keys() - named)
        for one in batch:
            is_first = one.merged_into_id is None
            if (one.pk in named or one.pk in told) and (is_first or first_of(one) not in found):
                found[first_of(one)] = _Found(shown[one.pk], told.get(one.pk, ()))
        if len(found) > MOST_PEOPLE:
            break
    return _people(conversations, found)


@dataclass(frozen=True)
class _Found:
    customer: Customer
    told: tuple[tuple[str, tuple[Part, ...]], ...]


def _people(conversations: "QuerySet[Conversation]", found: Mapping[UUID, _Found]) -> People:
    ids = list(found)[:MOST_PEOPLE]
    mine = conversations.filter(Q(contact__in=ids) | Q(contact__merged_into__in=ids))
    person = Coalesce("contact__merged_into_id", "contact_id")
    newest = mine.annotate(person=person).order_by("person", "-last_activity_at", "-id").distinct("person")
    places = dict(newest.values_list("person", "pk"))
    tags = tags_of(ids) if ids else {}
    people = tuple(Person(found[pk].customer, places.get(pk), tags.get(pk, ()), found[pk].told) for pk in ids)
    return People(people, more=len(found) > MOST_PEOPLE)


def _told(
    member: Membership, query: Query, fields: Sequence[SeenField], contact_ids: Collection[UUID]
) -> dict[UUID, tuple[tuple[str, tuple[Part, ...]], ...]]:
    """What these contacts' fields and e-mail addresses say of the query, by contact; nothing to whoever is masked."""
    if not contact_ids or not sees_everybody(member):
        return {}
    mail = mail_of(query.typed)
    values = values_in_list(member, fields, list(contact_ids)) if fields else {}
    addresses = addresses_of(contact_ids) if mail else {}
    found = {}
    for pk in contact_ids:
        said = [(one.field.name, one.text) for one in values.get(pk, ()) if one.text]
        hits = [(name, text) for name, text in said if (mail_of(text) == mail if mail else is_named(query, text))]
        if mail and mail_of(addresses.get(pk, "")) == mail:
            hits.append((_("E-mail"), addresses[pk]))
        if hits:
            found[pk] = tuple((name, begun(query, text)) for name, text in hits)
    return found


def _is_it(query: Query, shown: Customer) -> bool:
    if query.last_four and last_digits(shown.number) == query.last_four:
        return True
    if shown.is_masked:
        return False
    return (shown.is_named and is_named(query, shown.name)) or _digits(shown.call).endswith(_digits(query.typed) or "x")


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())


def _number(member: Membership, query: Query) -> bytes:
    """The index of the number that the query is; one of no number when it is none."""
    try:
        return blind_index(NUMBER_INDEX, parse(query.typed, member.organization.country).e164)
    except BadNumber:
        return b""


def _batches(member: Membership, query: Query, rows: "QuerySet[Contact]") -> Iterator[list[Contact]]:
    """Candidates, with their keys: whoever has the number, then by marks, the newest contacts first."""
    organization = current_organization_id()
    asked = [[number_mark(organization, query.last_four)]] if query.last_four else []
    if sees_everybody(member):
        yield _opened(rows.filter(number_index=_number(member, query)))
        if mail := mail_of(query.typed):
            asked.append([mail_mark(organization, mail)])
        elif beginnings := _asked(query):
            asked.append(name_marks(organization, beginnings))
    for marks in asked:
        before, looked_at = NEWER_THAN_ALL, 0
        while looked_at < MOST_LOOKED_AT and (ids := _marked(organization, marks, before)):
            found = rows.filter(pk__in=ids).order_by("-pk")
            yield _opened(found) if sees_everybody(member) else list(found)
            before, looked_at = ids[-1], looked_at + BATCH


def _opened(rows: "QuerySet[Contact]") -> list[Contact]:
    found = list(rows)
    prefetch(found)
    return found


def _asked(query: Query) -> list[str]:
    """The longest beginning of each word that is kept; a single letter is looked at in the name only."""
    asked = []
    for word in query.names:
        kept = beginnings_of(word[:LONGEST_PREFIX])
        asked += [one for one in kept if len(one) == max(map(len, kept))] if len(word) > 1 or not word.isascii() else []
    return asked


def _marked(organization: UUID, marks: Sequence[int], before: UUID) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_MARKED, [organization, list(marks), before, len(set(marks)), BATCH])
        return [pk for (pk,) in cursor.fetchall()]
