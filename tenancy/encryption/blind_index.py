"""Look-up of an encrypted value by equality, without storing it."""

import hmac
from hashlib import sha256
from uuid import UUID

from tenancy.encryption import keyring
from tenancy.encryption.key_sources import INDEX
from tenancy.isolation import current_organization_id

INDEX_BYTES = 16


def blind_index(purpose: str, value: str, organization: UUID | None = None) -> bytes:
    """16 bytes that are equal for equal values of one purpose (`contact.phone`) in one organization.

    The caller brings the value into one form first (E.164, or NFKC and lower case). HMAC-SHA256 under the
    organization's index key: it tells nothing but equality, to whoever lacks that key. The key is never replaced,
    since every stored index would change.
    """
    owner = organization or current_organization_id()
    key = keyring.current(owner, INDEX, "")
    return hmac.digest(key.secret, f"{purpose}/v1".encode() + b"\0" + value.encode(), sha256)[:INDEX_BYTES]
