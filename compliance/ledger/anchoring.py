"""Each entry of the consent ledger, and each suppression while it holds, is named in the audit chain, with a digest.

The ledger alone proves nothing: whoever owns the database can change a row of it. The chain is signed and leaves the
building, so an entry that is changed, removed or slipped in no longer fits what the chain says of it. Its name there,
`audit_id`, begins with a mark of the number: what was removed is missed by whoever asks about that number, too.

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

from accounts.models import Membership
from compliance.models import ConsentEvent, Suppression
from compliance.models.consent import MARK, audit_mark
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import EncryptedTextField
from tenancy.models import AuditEvent

WORDING = "disclosure__text"
COLUMNS = (*(field.attname for field in ConsentEvent._meta.concrete_fields), WORDING)
"""What `QuerySet.values` must give for a digest."""

_DOMAIN = b"parley/consent/1\0"
_STOP = b"parley/suppression/1\0"


def anchor(event: ConsentEvent) -> None:
    """Name a new entry in the audit chain, in the transaction that writes it."""
    values = {field.attname: _stored(event, field) for field in ConsentEvent._meta.concrete_fields}
    values[WORDING] = event.disclosure.text if event.disclosure else None
    audit.record(event=AuditKind.CONSENT_ENTERED, actor=event.actor, object=event, digest=digest_of(values).hex())


def anchor_stop(stop: Suppression) -> None:
    """Name a suppression that begins to hold, in the transaction that writes it."""
    audit.record(event=AuditKind.CONSENT_SUPPRESSED, object=stop, digest=digest_of_stop(stop).hex())


def anchor_lifted(stop: Suppression, actor: Membership | None) -> None:
    """Say of a suppression that it holds no longer, in the transaction that deletes it."""
    audit.record(event=AuditKind.CONSENT_LIFTED, actor=actor, object=stop)


def digest_of_stop(stop: Suppression) -> bytes:
    """The digest (32 bytes) of a suppression: whose, by which entry, on whose lines, since when."""
    facts = {field.attname: getattr(stop, field.attname) for field in Suppression._meta.concrete_fields}
    return sha256(_STOP + rfc8785.dumps({name: _plain(value) for name, value in facts.items() if value})).digest()


def row_of(object_id: str) -> UUID:
    """The id of the row that an event about consent names."""
    return UUID(hex=object_id[MARK:])


def named_in_chain(number_index: bytes) -> list[AuditEvent]:
    """Every event that tells of an entry or a suppression of this number, in the order of the chain; one statement."""
    mark = audit_mark(number_index)
    return list(
        AuditEvent.objects.filter(
            event__in=[AuditKind.CONSENT_ENTERED, AuditKind.CONSENT_SUPPRESSED, AuditKind.CONSENT_LIFTED],
            object_id__gte=mark + "0" * 32,
            object_id__lte=mark + "f" * 32,
        ).order_by("sequence")
    )


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
