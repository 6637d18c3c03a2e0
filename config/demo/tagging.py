"""The demo's tags, and which customers have them."""

from typing import Any

from accounts.models import Membership
from texting.models import Contact, Tag
from texting.tagging import add_tag, put_on


def tags(owner: Membership, wanted: dict[str, Any]) -> None:
    """`wanted`: {name: {"colour": a tone, "contacts": names}}. The organization is active."""
    known = {contact.name: contact.pk for contact in Contact.objects.all()} if wanted else {}
    for name, one in wanted.items():
        tag = add_tag(member=owner, name=name, colour=Tag.Colour(one["colour"]))
        put_on(member=owner, tag=tag, contact_ids=[known[who] for who in one["contacts"]])
