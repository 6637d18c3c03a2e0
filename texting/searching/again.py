"""A search in an address, so that the way back from a text leads to its results: sealed, for one member, for a day.

What was typed may be a name or a number, and these have no place in an address, a log or a browser's history.
"""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

from accounts.models import Membership
from tenancy.encryption import EncryptionError, keyring, records
from tenancy.encryption.key_sources import CONFIG

LASTS = 24 * 3600  # seconds
LONGEST = 6_000  # characters


def to_address(member: Membership, typed: Mapping[str, list[str]]) -> str:
    """What stands in the address for what was typed."""
    key = keyring.current(member.organization_id, CONFIG, "")
    said = json.dumps({"at": int(time.time()), "typed": dict(typed)}, ensure_ascii=False).encode()
    return urlsafe_b64encode(records.seal(said, [key], _place(member))).decode().rstrip("=")


def from_address(member: Membership, text: str) -> dict[str, list[str]] | None:
    """What was typed; None for what is damaged, too old, or another member's."""
    if not text or len(text) > LONGEST:
        return None
    try:
        sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        keys = keyring.by_ids(member.organization_id, list(records.key_ids(sealed)))
        said = json.loads(records.unseal(sealed, [keys[one] for one in records.key_ids(sealed)], _place(member)))
    except (ValueError, EncryptionError):
        return None
    typed: dict[str, list[str]] = said["typed"]
    return typed if said["at"] > time.time() - LASTS else None


def _place(member: Membership) -> bytes:
    return records.lengths_first("search again/v1", member.organization_id.bytes, member.pk.bytes)
