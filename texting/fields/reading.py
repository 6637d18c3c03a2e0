"""What is written in fields: as a member may see it, and for machinery that acts for the organization.

A value is about a person, so whoever does not see who a contact is sees only that something is written there, whatever
their role's right to the field: values are decided as names are (`texting.queries.seeing`), and not even opened.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import Membership
from accounts.permissions import Permission
from tenancy.encryption import prefetch, readable
from texting.fields.kinds import shown
from texting.models import Contact, ContactField, FieldRight, FieldValue
from texting.queries.access import NotYours
from texting.queries.seeing import sees, sees_everybody

MASK = "•••"
Right = FieldRight.Right


@dataclass(frozen=True)
class SeenField:
    """A field that a member sees. `may_edit`: whether they may change its values where they see the contact. `former`:
    what it was called before, and no other field is now.
    """

    id: UUID
    name: str
    kind: str
    options: tuple[str, ...]
    may_edit: bool
    former: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeenValue:
    """A field of one contact as the member may see it. Both are "" when nothing is written, `stored` also if masked."""

    field: SeenField
    text: str
    stored: str
    is_masked: bool


def fields_for(member: Membership) -> list[SeenField]:
    """The fields that the member sees at all, by name; those that are archived are seen by nobody. One statement.

    Of a key's member: what the field gives to API keys.
    """
    edits = member.may(Permission.CONTACTS_EDIT)
    rows = ContactField.objects.filter(archived_at=None)
    if member.is_machine:
        rows = rows.filter(keys_right__gte=Right.VIEW).annotate(greatest=F("keys_right"))
    elif not member.is_owner:
        own = Q(rights__role__members__membership=member)
        rows = rows.alias(right=Max("rights__right", filter=own)).filter(right__gte=Right.VIEW)
        rows = rows.annotate(greatest=Max("rights__right", filter=own))
    return [
        SeenField(
            field.pk,
            field.name,
            field.kind,
            tuple(field.options),
            edits and (member.is_owner or getattr(field, "greatest", 0) >= Right.EDIT),
            tuple(field.former_names),
        )
        for field in rows.order_by(Lower("name"))
    ]


def values_for(member: Membership, contact: Contact) -> list[SeenValue]:
    """Every field that the member sees, with what is written there of this contact."""
    fields = fields_for(member)
    return _seen(fields, [contact.pk], open_all=sees(member, contact.pk))[contact.pk] if fields else []


def values_in_list(
    member: Membership, fields: Sequence[SeenField], contact_ids: Collection[UUID]
) -> Mapping[UUID, list[SeenValue]]:
    """The same of many contacts, by contact, as lists and files show them: masked while anybody is masked."""
    return _seen(fields, contact_ids, open_all=sees_everybody(member))


def written(field: ContactField, contact_ids: Collection[UUID] | None = None) -> dict[UUID, str]:
    """For machinery: what is stored in a field (`kinds.stored`), by contact, of those where something is readable.

    `contact_ids`: of these only; else of everybody, each person once, which opens every value.
    """
    rows = FieldValue.objects.filter(field=field, contact__only_codes=False)
    wanted = Q(contact__merged_into=None) if contact_ids is None else Q(contact__in=list(contact_ids))
    rows = rows.filter(wanted)
    return {row.contact_id: text for row in _prefetched(rows) if (text := readable(row, "value", ""))}


def access_field(field_id: UUID) -> ContactField:
    """A field of the active organization, archived or not. Raises NotYours."""
    found = ContactField.objects.filter(pk=field_id).first()
    if found is None:
        raise NotYours
    return found


def _seen(fields: Sequence[SeenField], contact_ids: Collection[UUID], *, open_all: bool) -> dict[UUID, list[SeenValue]]:
    rows = FieldValue.objects.filter(contact__in=list(contact_ids), field__in=[field.id for field in fields])
    if open_all:
        found = {(row.contact_id, row.field_id): readable(row, "value", "") or "" for row in _prefetched(rows)}
        return {pk: [_open(field, found.get((pk, field.id), "")) for field in fields] for pk in contact_ids}
    there = set(rows.values_list("contact_id", "field_id"))
    return {
        pk: [SeenValue(field, MASK if (pk, field.id) in there else "", "", True) for field in fields]
        for pk in contact_ids
    }


def _open(field: SeenField, value: str) -> SeenValue:
    return SeenValue(field, shown(field.kind, value), value, False)


def _prefetched(rows: QuerySet[FieldValue]) -> list[FieldValue]:
    found = list(rows)
    prefetch(found)
    return found
