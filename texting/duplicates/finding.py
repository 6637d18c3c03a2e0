"""Pairs of contacts that are probably one person, and why; saying that two are not.

The index of names knows who shares the mark of a whole name or of an e-mail address, so nobody else is opened. Both
contacts of a candidate are: they are a pair when what the member may see of them is the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import MissingPermission, Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import prefetch, readable
from tenancy.isolation import current_organization_id
from texting.fields.reading import fields_for, values_in_list
from texting.models import Contact, DifferentPeople
from texting.persons import heads
from texting.queries.access import NotYours, contacts_for
from texting.queries.people import ContactRow, contact_rows
from texting.queries.seeing import sees_everybody
from texting.searching.keeping import FOUND_BY, addresses_of
from texting.searching.marks import ALIKE
from texting.searching.words import mail_of, whole_name

PAGE = 20
MOST_LOOKED_AT = 200  # candidates of one page
_NEWEST = (UUID(int=(1 << 128) - 1), UUID(int=(1 << 128) - 1))

_CANDIDATES = """
SELECT DISTINCT two.contact_id AS newer, one.contact_id AS older
FROM texting_contactword one
JOIN texting_contactword two ON two.organization_id = one.organization_id AND two.mark = one.mark
    AND two.contact_id > one.contact_id
JOIN texting_contact older ON older.organization_id = one.organization_id AND older.id = one.contact_id
    AND older.merged_into_id IS NULL AND NOT older.only_codes
JOIN texting_contact newer ON newer.organization_id = two.organization_id AND newer.id = two.contact_id
    AND newer.merged_into_id IS NULL AND NOT newer.only_codes
WHERE one.organization_id = %s AND one.mark >= %s AND (two.contact_id, one.contact_id) < (%s, %s)
    AND (%s::uuid IS NULL OR %s IN (one.contact_id, two.contact_id))
    AND NOT EXISTS (
        SELECT FROM texting_differentpeople said WHERE said.organization_id = one.organization_id
        AND said.first_id = one.contact_id AND said.second_id = two.contact_id
    )
ORDER BY newer DESC, older DESC LIMIT %s
"""


@dataclass(frozen=True)
class Pair:
    """Two contacts, the one known longer first. `why`: a few words for each thing that is the same."""

    older: ContactRow
    newer: ContactRow
    why: tuple[str, ...]

    @property
    def both(self) -> tuple[ContactRow, ContactRow]:
        """The two, in their order."""
        return self.older, self.newer


@dataclass(frozen=True)
class Pairs:
    """`next`: where the next page begins, "" at the end. A page may be short or empty although there is a next one."""

    rows: tuple[Pair, ...] = ()
    next: str = ""


def require_merging(member: Membership) -> None:
    """Raises MissingPermission. Whoever sees names masked would learn from a pair that two of them are the same."""
    require(member, Permission.CONTACTS_READ, Permission.CONTACTS_MERGE)
    if not sees_everybody(member):
        raise MissingPermission(Permission.CONTACTS_UNMASKED)


def may_merge(member: Membership) -> bool:
    """Whether the member finds and merges contacts."""
    return member.may(Permission.CONTACTS_MERGE) and member.may(Permission.CONTACTS_READ) and sees_everybody(member)


def pairs(member: Membership, after: str = "", *, of: Contact | None = None) -> Pairs:
    """A page of pairs, those with the newest contacts first. `of`: those with this contact only."""
    require_merging(member)
    place = _place(after)
    ids = _candidates(place, of)
    more = len(ids) > MOST_LOOKED_AT
    ids = ids[:MOST_LOOKED_AT]
    found: list[Pair] = []
    at = 0
    while at < len(ids) and len(found) < PAGE:
        part = ids[at : at + PAGE]
        alike = _alike(member, part)
        for each in part:
            at += 1
            if each in alike:
                found.append(alike[each])
            if len(found) == PAGE:
                break
    has_next = more or at < len(ids)
    return Pairs(tuple(found), "-".join(one.hex for one in ids[at - 1]) if has_next else "")


def alike(member: Membership, older: UUID, newer: UUID) -> tuple[str, ...]:
    """What is the same of these two, of what the member sees."""
    found = _alike(member, [(newer, older)]).get((newer, older))
    return found.why if found else ()


def access_pair(member: Membership, one: UUID, other: UUID) -> tuple[Contact, Contact]:
    """Two contacts that could be merged, the one known longer first. Raises NotYours, also for a merged one."""
    require_merging(member)
    rows = list(contacts_for(member).filter(heads(), pk__in=[one, other]).order_by("created_at", "pk"))
    if len(rows) != 2:
        raise NotYours
    prefetch(rows)
    return rows[0], rows[1]


def dismiss(*, member: Membership, one: UUID, other: UUID) -> bool:
    """They are different people, for good. False when that was said already. Raises NotYours, MissingPermission."""
    first, second = sorted(contact.pk for contact in access_pair(member, one, other))
    said, is_new = DifferentPeople.objects.get_or_create(
        first_id=first, second_id=second, defaults={"said_by": member, "said_at": timezone.now()}
    )
    if is_new:
        audit.record(event=AuditKind.CONTACTS_TOLD_APART, actor=member, object=said.first, other=second)
    return is_new


def take_back(*, member: Membership, one: UUID, other: UUID) -> bool:
    """They may be the same after all: listed again. False when nobody had said otherwise."""
    first, second = sorted(contact.pk for contact in access_pair(member, one, other))
    was_said = DifferentPeople.objects.filter(first_id=first, second_id=second).delete()[0] > 0
    if was_said:
        about = Contact.objects.defer("name", "number").get(pk=first)
        audit.record(event=AuditKind.CONTACTS_PERHAPS_ALIKE, actor=member, object=about, other=second)
    return was_said


def _candidates(place: tuple[UUID, UUID], of: Contact | None) -> list[tuple[UUID, UUID]]:
    """(newer, older) by their ids, which grow with time."""
    wanted = of.pk if of else None
    values = [current_organization_id(), ALIKE, *place, wanted, wanted, MOST_LOOKED_AT + 1]
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, values)
        return [(newer, older) for newer, older in cursor.fetchall()]


def _alike(member: Membership, ids: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Pair]:
    every = {pk for pair in ids for pk in pair}
    contacts = list(contacts_for(member).filter(pk__in=every))
    prefetch(contacts)
    names = {one.pk: whole_name(readable(one, "name", "") or "") for one in contacts}
    mails = _mails(member, list(names))
    rows = {row.customer.id: row for row in contact_rows(member, contacts)}
    found = {}
    for newer, older in ids:
        if newer not in rows or older not in rows:
            continue
        why = [_("The same name")] if names[newer] and names[newer] == names[older] else []
        if shared := mails.get(newer, set()) & mails.get(older, set()):
            why.append(_("The same e-mail address: %(address)s") % {"address": min(shared)})
        if why:
            first, second = sorted((rows[newer], rows[older]), key=lambda row: row.since)
            found[newer, older] = Pair(first, second, tuple(why))
    return found


def _mails(member: Membership, ids: Sequence[UUID]) -> Mapping[UUID, set[str]]:
    """The e-mail addresses of these contacts that the member sees, as they are compared."""
    found = {pk: {mail_of(address)} - {""} for pk, address in addresses_of(ids).items()}
    fields = [field for field in fields_for(member) if field.kind in FOUND_BY]
    for pk, values in values_in_list(member, fields, ids).items() if fields else ():
        found.setdefault(pk, set()).update(mail for value in values if (mail := mail_of(value.stored)))
    return found


def _place(after: str) -> tuple[UUID, UUID]:
    newer, _dash, older = after.partition("-")
    try:
        return UUID(hex=newer), UUID(hex=older)
    except ValueError:
        return _NEWEST
