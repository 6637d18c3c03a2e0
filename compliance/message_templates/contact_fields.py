"""What stands in fields of contacts, for placeholders of templates that name one: `{field:Next visit|soon}`."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.utils import translation

from accounts.models import Membership
from compliance.message_templates.placeholders import field_called
from texting.fields.kinds import shown
from texting.fields.reading import SeenField, fields_for, values_for, values_in_list
from texting.models import Contact
from texting.queries import sees, sees_everybody


def field_values(
    member: Membership, names: Collection[str], contacts: Sequence[Contact], language: str
) -> Mapping[UUID, dict[str, str | None]]:
    """By contact, what these placeholders stand for, as somebody who reads that language writes days and numbers; ""
    where nothing is written, None where the member may not see it.

    No statement without names; for many contacts as many statements as for one.
    """
    if not names:
        return {}
    called = _called(fields_for(member))
    fields = list({field.id: field for name, field in called.items() if name in names}.values())
    everybody = values_in_list(member, fields, {one.pk for one in contacts}) if sees_everybody(member) else {}
    found: dict[UUID, dict[str, str | None]] = {}
    for contact in contacts:
        mine: dict[str, str | None] = dict.fromkeys(names)
        seen = everybody.get(contact.pk) or (values_for(member, contact) if sees(member, contact.pk) else [])
        with translation.override(language):
            said = {one.field.id: shown(one.field.kind, one.stored) for one in seen}
        mine |= {name: said[field.id] for name, field in called.items() if name in names and field.id in said}
        found[contact.pk] = mine
    return found


def unseen(member: Membership, names: Collection[str]) -> list[str]:
    """Those of these placeholders that name no field which the member sees, in order."""
    there = _called(fields_for(member)).keys() if names else set()
    return sorted(set(names) - there)


def _called(fields: Sequence[SeenField]) -> dict[str, SeenField]:
    """By the placeholders that mean them: their names, and those they had before."""
    names = [(one.name, one) for one in fields] + [(former, one) for one in fields for former in one.former]
    return {field_called(name): one for name, one in reversed(names)}
