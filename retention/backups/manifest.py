"""What a copy says about itself: `manifest.json`, signed with AUDIT_SIGNING_KEY in `manifest.sig`.

Whoever checks needs the public half only. The signature is over a text that begins differently from a checkpoint of
the audit log, so that neither passes for the other.
"""

import base64
import json
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Self

import rfc8785

from retention.backups.errors import BackupError, Damaged
from tenancy.audit_checkpoints import BadNote, is_signed, sign, trusted_keys
from tenancy.encryption.records import lengths_first

FORMAT = "parley backup/1"
MAIN, KEYS = "main", "keys"
PARTS = (MAIN, KEYS)
_PURPOSE = b"parley backup manifest/v1\n"


@dataclass(frozen=True)
class Manifest:
    """One part of one backup. No names, no numbers, no texts: ids, counts, times.

    `taken_at` is the moment of the database's snapshot, by its own clock. `census` counts the rows of every table in
    that snapshot. `heads` says for each organization how long its audit log was and the hash of its last event (hex).
    `root_ids` tell which root keys wrapped the organizations' keys; `roles` who has rights on the tables.
    """

    name: str
    part: str
    taken_at: datetime
    size: int
    sha256: str
    plain: int
    server_version: int
    program: str
    migrations: list[str]
    census: dict[str, int]
    roles: list[str]
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    root_ids: list[str] = field(default_factory=list)
    format: str = FORMAT

    def to_bytes(self) -> bytes:
        """Canonical JSON (RFC 8785)."""
        return rfc8785.dumps({**asdict(self), "taken_at": self.taken_at.isoformat()})

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Raises Damaged unless `to_bytes` of this version of the format wrote it."""
        try:
            values: dict[str, Any] = json.loads(content)
            known = {each.name for each in fields(cls)}
            if values.get("format") != FORMAT or set(values) != known or values["part"] not in PARTS:
                raise ValueError
            heads = {owner: (int(length), str(head)) for owner, (length, head) in values["heads"].items()}
            taken_at = datetime.fromisoformat(values["taken_at"])
            return cls(**{**values, "heads": heads, "taken_at": taken_at})
        except (ValueError, TypeError, AttributeError, KeyError):
            raise Damaged("its manifest is none of this version") from None


def place(name: str, part: str) -> bytes:
    """What the sealed file of this part of this backup is bound to, before there is a manifest."""
    return lengths_first(FORMAT, name, part)


def signature(content: bytes) -> bytes:
    """Of a manifest's bytes, in base64. Raises BackupError when AUDIT_SIGNING_KEY is not set."""
    try:
        return base64.b64encode(sign(_PURPOSE + content))
    except BadNote as error:
        raise BackupError(f"{error}: a backup's manifest is signed with it.") from None


def verified(content: bytes, signed: bytes) -> Manifest:
    """The manifest. Raises Damaged unless our key, or one of AUDIT_OLD_PUBLIC_KEYS, signed these very bytes."""
    try:
        raw = base64.b64decode(signed, validate=True)
        right = is_signed(_PURPOSE + content, raw, trusted_keys())
    except (ValueError, BadNote):
        right = False
    if not right:
        raise Damaged("its manifest is not signed by a key that is trusted (AUDIT_SIGNING_KEY, AUDIT_OLD_PUBLIC_KEYS)")
    return Manifest.from_bytes(content)
