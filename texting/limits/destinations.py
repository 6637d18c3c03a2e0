"""Where a contact's number is: its region, its kind, its block of numbers, without the number itself."""

from dataclasses import dataclass

from tenancy.encryption import blind_index
from texting.models import Contact
from texting.models.contact import PREFIX_INDEX
from texting.phone_numbers import PhoneKind, described, prefix

NOWHERE = "-"
"""The region of a contact who has ended: nobody can read their number any more."""


@dataclass(frozen=True)
class Destination:
    """`region` as `PhoneNumber` has it; `prefix_index`: blind index of the first seven digits."""

    region: str
    kind: PhoneKind
    prefix_index: bytes


def destination_of(contact: Contact) -> Destination:
    """As it was stored with the contact; read from the number for contacts that were stored without it."""
    if not contact.number_masked:
        return Destination(NOWHERE, PhoneKind.OTHER, b"")
    if contact.region and contact.number_kind and contact.prefix_index is not None:
        return Destination(contact.region, PhoneKind(contact.number_kind), bytes(contact.prefix_index))
    number = described(contact.number)
    return Destination(number.region, number.kind, blind_index(PREFIX_INDEX, prefix(contact.number)))
