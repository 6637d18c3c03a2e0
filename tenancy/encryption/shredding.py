"""Destroying keys, so that what they sealed is noise for good, in every copy of the database."""

from django.db import models

from tenancy import audit
from tenancy.encryption import keyring
from tenancy.isolation import current_organization_id
from tenancy.models.data_key import DataKey


def destroy_keys(kind: str, *scopes: str, reason: str, actor: models.Model | None = None) -> list[bytes]:
    """Delete the active organization's data keys of this kind and these scopes; the ids of the keys that were there.

    Final at once, whatever becomes of the caller's transaction: the keys are in another database, and a purge must
    never claim a destruction that did not take place. A caller whose transaction is rolled back does it again and
    finds nothing left. Each key gets an audit event of its own, whose object is the key's id: these are the
    tombstones to apply before a restored key database is used. `reason` is a few words for that event.
    """
    organization = current_organization_id()
    with keyring.keys_of(organization):
        doomed = DataKey.objects.filter(organization_id=organization, kind=kind, scope__in=scopes)
        keys = list(doomed.select_for_update())
        doomed.filter(pk__in=[key.pk for key in keys]).delete()
    key_ids = [bytes(key.key_id) for key in keys]
    keyring.forget(organization, key_ids)
    for key in keys:
        audit.record(
            event=audit.AuditKind.KEY_DESTROYED, actor=actor, object=key, kind=kind, scope=key.scope, reason=reason
        )
    return key_ids
