"""Where a search goes on, as an opaque text for one member: sealed, since it is the id of a text that the member may
not see. Whoever held such an id could wait for it to turn up elsewhere, or read from it when the text came.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from accounts.models import Membership
from tenancy.encryption import EncryptionError, keyring, records
from tenancy.encryption.key_sources import CONFIG

LONGEST = 200  # characters


def sealed(member: Membership, place: UUID | None) -> str:
    """The text that stands for the place; "" for none."""
    if place is None:
        return ""
    key = keyring.current(member.organization_id, CONFIG, "")
    return urlsafe_b64encode(records.seal(place.bytes, [key], _binding(member))).decode().rstrip("=")


def opened(member: Membership, text: str) -> UUID | None:
    """The place; None for what is damaged or another member's."""
    if not text or len(text) > LONGEST:
        return None
    try:
        record = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        keys = keyring.by_ids(member.organization_id, list(records.key_ids(record)))
        return UUID(bytes=records.unseal(record, [keys[one] for one in records.key_ids(record)], _binding(member)))
    except (ValueError, KeyError, EncryptionError):
        return None


def _binding(member: Membership) -> bytes:
    return records.lengths_first("search place/v1", member.organization_id.bytes, member.pk.bytes)
