"""How one audit event is tied to the one before it.

`hash = SHA-256(0x00 || canonical JSON of the event || hash of the event before)`, with canonical JSON as RFC 8785 has
it and 32 zero bytes before the first event. Details enter as the sealed bytes that are stored, so destroying their key
later breaks nothing. Whoever can write the table could compute a whole new chain; that is what checkpoints outside the
database are for (`audit_checkpoints.py`).
"""

from collections.abc import Mapping
from datetime import UTC
from hashlib import sha256
from json import JSONEncoder
from typing import Any

START = bytes(32)

COLUMNS = (
    *("id", "organization_id", "sequence", "at", "actor_id", "event"),
    *("object_type", "object_id", "address", "details"),
)
"""What the hash covers: every column but the hashes themselves."""


_canonical = JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
"""RFC 8785 for one flat object with ASCII names, whose values are text, whole numbers of ordinary size and null: there
its order and its escapes are Python's own. A test compares it with a library that knows all of the RFC.
"""


def link(previous: bytes, event: Mapping[str, Any]) -> bytes:
    """The hash (32 bytes) of an event given as its COLUMNS, after the hash `previous`."""
    details = event["details"]
    facts = {
        "id": str(event["id"]),
        "organization": str(event["organization_id"]),
        "sequence": event["sequence"],
        "at": event["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": None if event["actor_id"] is None else str(event["actor_id"]),
        "event": event["event"],
        "object_type": event["object_type"],
        "object_id": event["object_id"],
        "address": event["address"],
        "details": None if details is None else bytes(details).hex(),
    }
    return sha256(b"\0" + _canonical(facts).encode() + previous).digest()
