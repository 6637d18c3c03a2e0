"""Where a customer gets e-mail: typed by a member, sealed, marked when mail there came back for good."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.mail import BadAddress, checked_address
from accounts.models import Membership
from compliance.models import ContactAddress
from tenancy.encryption import prefetch, readable
from texting import queries
from texting.models import Contact
from texting.searching.keeping import keep_names

_SHOWN = 1  # signs of the name that a masked address shows


def is_erased(contact: Contact | None) -> bool:
    """Whether the customer's key is gone. What is written from then on would be sealed under a new one."""
    return contact is None or not readable(contact, "number", "")


def known(contact: Contact) -> ContactAddress | None:
    """What is kept of the customer's address."""
    return ContactAddress.objects.filter(contact_id=contact.pk).first()


def shown(member: Membership, contact: Contact, address: str) -> str:
    """The address as the member may see it: whole, or a sign and the domain's end."""
    if not address or queries.sees(member, contact.pk):
        return address
    name, _, domain = address.rpartition("@")
    return f"{name[:_SHOWN]}•••@•••.{domain.rpartition('.')[2]}"


def address_of(row: ContactAddress | None) -> str:
    """Readable, or "" when there is none or the customer was erased."""
    return (readable(row, "address", "") or "") if row else ""


def keep(member: Membership, contact: Contact, typed: str) -> str:
    """The typed address in its one spelling, remembered for the customer; a new one has not bounced. Raises BadAddress.

    Empty: the one that is known.
    """
    row = known(contact)
    if not typed.strip():
        address = address_of(row)
        if not address:
            raise BadAddress
        return address
    address = checked_address(typed)
    if address != address_of(row):
        values = {"address": address, "bounced_at": None, "typed_by": member, "typed_at": timezone.now()}
        ContactAddress.objects.update_or_create(contact_id=contact.pk, defaults=values)
        keep_names([contact])
    return address


def of_contacts(contact_ids: Collection[UUID]) -> dict[UUID, str]:
    """`settings.TEXTING_CONTACT_ADDRESSES`: what is readable of these contacts' addresses."""
    rows = list(ContactAddress.objects.filter(contact_id__in=list(contact_ids)))
    prefetch(rows)
    return {row.contact_id: address for row in rows if (address := address_of(row))}


def mark_bounced(contact_id: UUID, address: str, at: datetime) -> None:
    """Mail there came back for good, unless another address is known by now."""
    row = ContactAddress.objects.filter(contact_id=contact_id).first()
    if row is not None and address_of(row) == address and row.bounced_at is None:
        row.bounced_at = at
        row.save(update_fields=["bounced_at"])
