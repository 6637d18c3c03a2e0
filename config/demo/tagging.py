"""The demo's tags and fields, and which customers have them."""

from typing import Any

from accounts.models import Membership
from texting.fields.defining import add_field
from texting.fields.kinds import Kind
from texting.fields.writing import set_values
from texting.filtering.conditions import TAG, Ask, Condition, Filter
from texting.filtering.saving import Sharing, save
from texting.models import Contact, ContactField, SavedFilter, Tag
from texting.tagging import add_tag, put_on


def tags(owner: Membership, wanted: dict[str, Any]) -> None:
    """`wanted`: {name: {"colour": a tone, "contacts": names}}. The organization is active."""
    known = {contact.name: contact.pk for contact in Contact.objects.all()} if wanted else {}
    for name, one in wanted.items():
        tag = add_tag(member=owner, name=name, colour=Tag.Colour(one["colour"]))
        put_on(member=owner, tag=tag, contact_ids=[known[who] for who in one["contacts"]])


def filters(owner: Membership, wanted: dict[str, Any]) -> None:
    """`wanted`: {name: [[field or tag, what is asked of it, the value]]}; everybody uses them."""
    known = {row.name: str(row.pk) for row in ContactField.objects.all()}
    tagged = {row.name: str(row.pk) for row in Tag.objects.all()}
    for name, asked in wanted.items():
        conditions = [
            Condition(known[about], Ask(ask), value) if about in known else Condition(TAG, Ask(ask), tagged[about])
            for about, ask, value in asked
        ]
        save(member=owner, name=name, wish=Filter(tuple(conditions)), sharing=Sharing(SavedFilter.Shared.ALL))


def fields(owner: Membership, wanted: dict[str, Any]) -> None:
    """`wanted`: {name: {"kind": a kind, "options": of a choice, "values": {name of a customer: value}}}."""
    known = {contact.name: contact for contact in Contact.objects.all()} if wanted else {}
    for name, one in wanted.items():
        field = add_field(member=owner, name=name, kind=Kind(one["kind"]), options=one.get("options", ()))
        for who, value in one["values"].items():
            set_values(member=owner, contact=known[who], typed={field.pk: value})
