"""Each entry of the consent ledger is named in the audit chain, with a digest of its content.

The ledger alone proves nothing: whoever owns the database can change a row of it. The chain is signed and leaves the
building, so an entry that is changed, removed or slipped in no longer fits what the chain says of it.

`digest = SHA-256("parley/consent/1" || 0x00 || canonical JSON of the entry)`, RFC 8785, with every column that is not
empty (so a column that comes later changes no older digest) and the SHA-256 of the wording that was shown. The
customer's words enter as the sealed bytes that are stored: the digest outlives their key.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import rfc8785

from compliance.models import ConsentEvent
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import EncryptedTextField

WORDING = "disclosure__text"
COLUMNS = (*(field.attname for field in ConsentEvent._meta.concrete_fields), WORDING)
"""What `QuerySet.values` must give for a digest."""

_DOMAIN = b"parley/consent/1\0"


def anchor(event: ConsentEvent) -> None:
    """Name a new entry in the audit chain, in the transaction that writes it."""
    values = {field.attname: _stored(event, field) for field in ConsentEvent._meta.concrete_fields}
    values[WORDING] = event.disclosure.text if event.disclosure else None
    audit.record(event=AuditKind.CONSENT_ENTERED, actor=event.actor, object=event, digest=digest_of(values).hex())


def digest_of(values: Mapping[str, Any]) -> bytes:
    """The digest (32 bytes) of an entry given as its COLUMNS, sealed columns as they are stored."""
    facts = {name: _plain(value) for name, value in values.items() if name != WORDING and value not in (None, "", [])}
    wording = values[WORDING]
    if wording is not None:
        facts["wording"] = sha256(wording.encode()).hexdigest()
    return sha256(_DOMAIN + rfc8785.dumps(facts)).digest()


def _stored(event: ConsentEvent, field: Any) -> Any:
    sealed = isinstance(field, EncryptedTextField)
    return field.pre_save(event, add=False) if sealed else getattr(event, field.attname)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return [str(entry) for entry in value] if isinstance(value, list | tuple) else str(value)
