"""Destroying keys, so that what they sealed is noise for good, in every copy of the database."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db import models, transaction

from tenancy import audit
from tenancy.arrays import among, among_octets
from tenancy.crash_points import crash_here
from tenancy.encryption import keyring
from tenancy.encryption.key_sources import CONTACT
from tenancy.isolation import current_organization_id
from tenancy.models.audit_event import AuditEvent
from tenancy.models.data_key import DataKey, DestroyedKey


def destroy_keys(
    kind: str,
    *scopes: str,
    reason: str,
    actor: models.Model | None = None,
    only: Collection[bytes] | None = None,
    kept: int = 0,
    under: bytes | None = None,
) -> list[bytes]:
    """Delete the active organization's data keys of this kind and these scopes; the ids of the keys that were there.

    `only`: those of them with these ids, where a newer key of the scope has to stay; `kept`: how many rows are `under`
    that, which whoever puts back an older copy has to know.

    Final at once, whatever becomes of the caller's transaction: the keys are in another database, and a purge must
    never claim a destruction that did not take place. Each key gets an audit event of its own, whose object is the
    key's id: these are the tombstones to apply before a restored key database is used. `reason` is a few words for that
    event. A caller whose transaction is rolled back, or who dies, does it again: the keys that went the first time have
    left a `DestroyedKey` behind, so that they get their events then and are among the ids.
    """
    organization = current_organization_id()
    with keyring.keys_of(organization):
        doomed = DataKey.objects.filter(organization_id=organization, kind=kind, scope__in=scopes)
        if only is not None:
            doomed = doomed.filter(key_id__in=among_octets(map(bytes, only)))
        keys = list(doomed.select_for_update())
        doomed.filter(pk__in=among(key.pk for key in keys)).delete()
        marks = [
            DestroyedKey(organization_id=organization, kind=kind, scope=key.scope, key_id=bytes(key.key_id))
            for key in keys
        ]
        DestroyedKey.objects.bulk_create(marks, ignore_conflicts=True)  # one that came back with a copy is marked still
        gone = list(DestroyedKey.objects.filter(organization_id=organization, kind=kind, scope__in=scopes))
    crash_here("after_keys_destroyed")
    keyring.forget(organization, [bytes(key.key_id) for key in gone])
    untold = _untold(gone)
    more: dict[str, Any] = {"kept": kept, "under": under.hex() if under else ""} if kept else {}
    for key in untold:
        audit.record(
            event=audit.AuditKind.KEY_DESTROYED,
            actor=actor,
            object=key,
            kind=kind,
            scope=key.scope,
            reason=reason,
            **more,
        )
    if gone:
        transaction.on_commit(lambda: _forget(organization, [row.pk for row in gone]), robust=True)
    return [bytes(key.key_id) for key in untold]


def _untold(gone: Sequence[DestroyedKey]) -> list[DataKey]:
    """Those without an event, as the log names them."""
    keys = [DataKey(kind=row.kind, scope=row.scope, key_id=bytes(row.key_id)) for row in gone]
    if not keys:
        return []
    kind = audit.AuditKind.KEY_DESTROYED
    told = AuditEvent.objects.filter(event=kind, object_id__in=[key.audit_id for key in keys])
    known = {*told.values_list("object_id", flat=True), *audit.gathered(kind)}
    return [key for key in keys if key.audit_id not in known]


def _forget(organization: UUID, rows: Sequence[UUID]) -> None:
    """The log tells of them from now on. A contact's stays: who was erased gets no second key (`keyring`)."""
    with keyring.keys_of(organization):
        DestroyedKey.objects.filter(pk__in=rows).exclude(kind=CONTACT).delete()
