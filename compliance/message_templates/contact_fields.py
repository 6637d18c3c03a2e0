"""What stands in fields of contacts, for placeholders of templates that name one: `{field:Next visit|soon}`."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from accounts.models import Membership
from compliance.message_templates.placeholders import field_called
from texting.fields.reading import fields_for, values_for, values_in_list
from texting.models import Contact
from texting.queries import sees, sees_everybody


def field_values(
    member: Membership, names: Collection[str], contacts: Sequence[Contact]
) -> Mapping[UUID, dict[str, str | None]]:
    """By contact, what these placeholders stand for; "" where nothing is written, None where the member may not see it.

    No statement without names; for many contacts as many statements as for one.
    """
    if not names:
        return {}
    fields = [field for field in fields_for(member) if field_called(field.name) in names]
    everybody = values_in_list(member, fields, {one.pk for one in contacts}) if sees_everybody(member) else {}
    found: dict[UUID, dict[str, str | None]] = {}
    for contact in contacts:
        mine: dict[str, str | None] = dict.fromkeys(names)
        shown = everybody.get(contact.pk) or (values_for(member, contact) if sees(member, contact.pk) else [])
        mine |= {name: one.text for one in shown if (name := field_called(one.field.name)) in names}
        found[contact.pk] = mine
    return found


def unseen(member: Membership, names: Collection[str]) -> list[str]:
    """Those of these placeholders that name no field which the member sees, in order."""
    there = {field_called(field.name) for field in fields_for(member)} if names else set()
    return sorted(set(names) - there)
