"""Replacing keys while everything runs, in short transactions. The next run finishes one that was stopped.

* An organization's key is replaced by a new version and its data keys are wrapped again; no text is touched.
* Data keys of days and contacts are not replaced: a new day brings a new key, and they end by being destroyed.
* The key of the settings (credentials, secrets) is replaced and every row under it is sealed anew. The replaced key
  stays for a while, because another process may hold it and still seal with it; a later run removes it.
* The root key is changed in three steps (`wrap_for_next_root`), with both in force between the first and the last.

The index key is wrapped again but never replaced, since every stored blind index would change.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from tenancy import audit
from tenancy.encryption import keyring, records, wrapping
from tenancy.encryption.errors import EncryptionError
from tenancy.encryption.fields import EncryptedTextField, Sealed, encrypted_fields
from tenancy.encryption.key_sources import CONFIG, INSTALLATION
from tenancy.encryption.many_rows import prefetch
from tenancy.isolation import activate
from tenancy.models import DataKey, OrganizationKey

REPLACED_KEYS_STAY = timedelta(hours=1)
"""Much longer than keys are cached (a minute) and than any transaction lasts."""

_BATCH = 500


@dataclass
class Rotated:
    """Counts of one organization's rotation."""

    rewrapped: int = 0  # data keys
    resealed: int = 0  # texts
    unreadable: int = 0  # texts that could not be opened, so not sealed anew either
    removed: int = 0  # replaced keys
    waiting: int = 0  # replaced keys that a later run removes


def rotate(organization: UUID, *, stay: timedelta = REPLACED_KEYS_STAY) -> Rotated:
    """Replace the keys of one organization (or of INSTALLATION), or finish what an earlier run began.

    A replaced key of the settings is removed `stay` after it was replaced.
    """
    done = Rotated()
    replaced = _replace_organization_key(organization, done)
    _replace_config_key(organization, done, stay)
    keyring.forget_everything()
    if organization != INSTALLATION and replaced:
        with activate(organization):
            audit.record(
                event=audit.AuditKind.KEY_ROTATED, object=replaced, rewrapped=done.rewrapped, removed=done.removed
            )
    return done


# --- The organization's key ---


def replace_organization_key(organization: UUID) -> None:
    """Wrap what is left of an organization's data keys by a new key, and destroy the older ones; or finish that."""
    _replace_organization_key(organization, Rotated())


def _replace_organization_key(organization: UUID, done: Rotated) -> OrganizationKey | None:
    """The new version; None when the organization has no key yet."""
    keys = OrganizationKey.objects.filter(organization_id=organization).order_by("-version")
    with keyring.keys_of(organization):
        versions = list(keys)
        if not versions:
            return None
        if len(versions) == 1:  # more than one: an earlier run was stopped half-way
            keyring.add_organization_key(organization, version=versions[0].version + 1)
        newest = keys.all()[0]
    while rewrapped := _wrap_again(organization, newest):
        done.rewrapped += rewrapped
    with keyring.keys_of(organization):  # a foreign key refuses this as long as a data key needs the old version
        keys.filter(version__lt=newest.version).delete()
    return newest


def _wrap_again(organization: UUID, newest: OrganizationKey) -> int:
    with keyring.keys_of(organization):
        others = DataKey.objects.filter(organization_id=organization).exclude(wrapped_by=newest)
        rows = list(others.select_related("wrapped_by").select_for_update(of=("self",))[:_BATCH])
        wrapping_key = wrapping.unwrapped_organization_key(newest)
        for row in rows:
            secret = wrapping.unwrapped(row).secret
            row.wrapped = records.wrap(secret, wrapping_key, wrapping.binding_of(row))
            row.wrapped_by = newest
        DataKey.objects.bulk_update(rows, ["wrapped", "wrapped_by"])
    return len(rows)


# --- The key of the settings ---


def _replace_config_key(organization: UUID, done: Rotated, stay: timedelta) -> None:
    keys = DataKey.objects.filter(organization_id=organization, kind=CONFIG, scope="").order_by("-generation")
    with keyring.keys_of(organization):
        generations = list(keys)
        if not generations:
            return
        if len(generations) == 1:
            keyring.add(organization, CONFIG, "", generation=generations[0].generation + 1)
        newest, *replaced = keys.all()
    keyring.forget_everything()
    for model, field in _settings_columns(organization):
        _reseal(organization, model, field, bytes(newest.key_id), done)
    if newest.created_at > timezone.now() - stay or done.unreadable:  # what cannot be opened must not get worse
        done.waiting += len(replaced)
        return
    with keyring.keys_of(organization):
        keys.filter(generation__lt=newest.generation).delete()
    done.removed += len(replaced)


def _settings_columns(organization: UUID) -> Iterator[tuple[type[models.Model], EncryptedTextField[Any, Any]]]:
    for model in apps.get_models():
        for field in encrypted_fields(model):
            of_installation = organization == INSTALLATION
            if any(key.kind == CONFIG and key.of_installation is of_installation for key in field.keys):
                yield model, field


def _reseal(
    organization: UUID, model: type[models.Model], field: EncryptedTextField[Any, Any], newest: bytes, done: Rotated
) -> None:
    """Seal this column anew in every row that is not under the key `newest` yet."""
    last = None
    while True:
        with transaction.atomic() if organization == INSTALLATION else activate(organization):
            rows = model._base_manager.order_by("pk").filter(**{f"{field.attname}__isnull": False})
            if organization != INSTALLATION:
                rows = rows.filter(organization_id=organization)
            if last is not None:
                rows = rows.filter(pk__gt=last)
            batch = list(rows.select_for_update(of=("self",))[:_BATCH])
            prefetch(batch)
            for row in batch:
                _reseal_row(row, field, newest, done)
        if not batch:
            return
        last = batch[-1].pk


def _reseal_row(row: models.Model, field: EncryptedTextField[Any, Any], newest: bytes, done: Rotated) -> None:
    sealed: Sealed = row.__dict__[field.attname]
    try:
        if newest in records.key_ids(sealed):
            return
        anew = field.seal(row, getattr(row, field.attname), anew=True)
    except EncryptionError:
        done.unreadable += 1
        return
    type(row)._base_manager.filter(pk=row.pk).update(**{field.attname: anew})
    done.resealed += 1


# --- The root key ---


def wrap_for_next_root(organization: UUID, current: bytes, following: bytes) -> int:
    """Wrap the organization's keys under the root key `following` too; the number of keys that were not yet.

    1. Run this with the present ROOT_KEY as `current`. 2. Restart everything with the new one as ROOT_KEY. 3. Run this
    again with the old one as `current` (keys made between 1 and 2), then `leave_old_root`.
    """
    with keyring.keys_of(organization):
        old_id, new_id = wrapping.root_id(current), wrapping.root_id(following)
        rows = OrganizationKey.objects.filter(organization_id=organization, root_id=old_id).select_for_update()
        changed = [row for row in rows if bytes(row.next_root_id or b"") != new_id]
        for row in changed:
            binding = wrapping.organization_binding(row)
            row.next_wrapped = records.wrap(records.unwrap(bytes(row.wrapped), current, binding), following, binding)
            row.next_root_id = new_id
        OrganizationKey.objects.bulk_update(changed, ["next_wrapped", "next_root_id"])
    return len(changed)


def leave_old_root(organization: UUID) -> int:
    """Drop what the old root key wrapped, once ROOT_KEY is the new one; the number of organization keys."""
    with keyring.keys_of(organization):
        new_id = wrapping.root_id(wrapping.root_key())
        rows = OrganizationKey.objects.filter(organization_id=organization, next_root_id=new_id)
        return rows.update(
            **{"root_id": new_id, "wrapped": models.F("next_wrapped"), "next_root_id": None, "next_wrapped": None}
        )
