"""What is known of a person as it stood at a contact, to be written elsewhere or again: name, fields, tags."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from tenancy.encryption import prefetch, readable
from texting import tagged_steps
from texting.models import Contact, ContactField, ContactTag, FieldValue, Tag


@dataclass(frozen=True)
class State:
    """`values` by the field's id, also "" of those that were emptied; `tags` by the tag's id. Each with its time."""

    name: str = ""
    values: Mapping[UUID, tuple[str, datetime]] = field(default_factory=dict)
    tags: Mapping[UUID, datetime] = field(default_factory=dict)

    def said(self, field_id: UUID) -> str:
        """What stands in a field, "" for nothing."""
        return self.values[field_id][0] if field_id in self.values else ""

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "name": self.name,
            "values": {str(pk): [value, at.isoformat()] for pk, (value, at) in self.values.items()},
            "tags": {str(pk): at.isoformat() for pk, at in self.tags.items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What `as_json` made."""
        moment = datetime.fromisoformat
        values = {UUID(pk): (value, moment(at)) for pk, (value, at) in kept["values"].items()}
        return cls(kept["name"], values, {UUID(pk): moment(at) for pk, at in kept["tags"].items()})


def states_of(contacts: Iterable[Contact]) -> dict[UUID, State]:
    """What is known at each of these contacts. Archived fields too: they may be brought back."""
    contacts = list(contacts)
    rows = list(FieldValue.objects.filter(contact__in=contacts))
    prefetch([*contacts, *rows])
    values: dict[UUID, dict[UUID, tuple[str, datetime]]] = {}
    for row in rows:
        values.setdefault(row.contact_id, {})[row.field_id] = (readable(row, "value", "") or "", row.changed_at)
    tags: dict[UUID, dict[UUID, datetime]] = {}
    for tagged in ContactTag.objects.filter(contact__in=contacts):
        tags.setdefault(tagged.contact_id, {})[tagged.tag_id] = tagged.created_at
    return {
        one.pk: State(readable(one, "name", "") or "", values.get(one.pk, {}), tags.get(one.pk, {})) for one in contacts
    }


def write(contact: Contact, now: State, wanted: State) -> None:
    """Let a contact that says `now` say `wanted`. What is the same is not touched; fields and tags that are gone
    meanwhile are passed over.
    """
    if wanted.name != now.name:
        contact.name = wanted.name
        contact.save(update_fields=["name"])
    there = set(ContactField.objects.filter(pk__in=list(wanted.values)).values_list("pk", flat=True))
    rows = {row.field_id: row for row in FieldValue.objects.filter(contact=contact)}
    for pk in now.values.keys() - wanted.values.keys():
        rows.pop(pk).delete()
    for pk in wanted.values.keys() & there:
        if now.values.get(pk) != wanted.values[pk]:
            row = rows.get(pk) or FieldValue(field_id=pk, contact=contact)
            row.value, row.changed_at = wanted.values[pk]
            row.save()
    ContactTag.objects.filter(contact=contact, tag__in=now.tags.keys() - wanted.tags.keys()).delete()
    wanted_tags = list(Tag.objects.filter(pk__in=wanted.tags.keys() - now.tags.keys()).values_list("pk", flat=True))
    ContactTag.objects.bulk_create(
        ContactTag(contact=contact, tag_id=pk, created_at=wanted.tags[pk]) for pk in wanted_tags
    )
    tagged_steps.witness(wanted_tags)


def put_back(now: State, before: State, after: State) -> State:
    """What a contact says when a merge is undone: what it said before, where it still says what the merge wrote."""
    values = dict(before.values)
    for pk in {*now.values, *before.values, *after.values}:
        if now.said(pk) != after.said(pk):
            values.pop(pk, None)
            if pk in now.values:
                values[pk] = now.values[pk]
    tags = {}
    for pk, at in {**now.tags, **before.tags}.items():
        is_as_written = (pk in now.tags) is (pk in after.tags)
        if pk in (before.tags if is_as_written else now.tags):
            tags[pk] = at
    return State(before.name if now.name == after.name else now.name, values, tags)
