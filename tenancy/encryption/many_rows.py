"""Keys and texts of many rows at once: a query for all of them instead of one for each row."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from django.db import models

from tenancy.encryption import keyring, records
from tenancy.encryption.errors import Undecryptable
from tenancy.encryption.fields import ENDED, EncryptedTextField, Sealed, encrypted_fields


def prefetch(rows: Iterable[models.Model | None], *, held_will_do: bool = False) -> None:
    """Fetch the keys of all encrypted columns of `rows`, of any models, in one query of each organization.

    It asks the key database even for keys that are held, so a page that prefetches never shows what was destroyed in
    another process. `held_will_do`: not then, for what is only compared and shown to nobody.
    """
    wanted: dict[UUID, set[bytes]] = {}
    for row in rows:
        if row is None:
            continue
        for field in encrypted_fields(type(row)):
            value = row.__dict__.get(field.attname)
            if isinstance(value, Sealed) and value != ENDED:
                wanted.setdefault(field.organization_of(row), set()).update(records.key_ids(value))
    for organization, ids in wanted.items():
        keyring.refresh(organization, ids, held_will_do=held_will_do)


def open_together(rows: Iterable[models.Model], attributes: Sequence[str]) -> None:
    """Open these columns of rows of one model and one organization as reading each would, faster.

    What cannot be opened stays as it is: whoever reads it meets what keeps it shut. Keys that are held will do.
    """
    rows = list(rows)
    if not rows:
        return
    fields = [cast("EncryptedTextField[Any, Any]", type(rows[0])._meta.get_field(name)) for name in attributes]
    organization = fields[0].organization_of(rows[0])
    columns = [(one, one.attname, f"_stored_{one.attname}", one.column_binding(organization)) for one in fields]
    sealed = []
    for row in rows:
        held = row.__dict__
        for field, name, stored_name, column in columns:
            value = held.get(name)
            if isinstance(value, Sealed) and value != ENDED:
                with suppress(Undecryptable):
                    sealed.append((row, field, name, held[stored_name], column, records.key_ids(value)))
    found = keyring.refresh(organization, {each for one in sealed for each in one[5]}, held_will_do=True)
    last, end = None, b""
    for row, field, name, stored, column, key_ids in sealed:
        keys = [found[key_id] for key_id in key_ids if key_id in found]
        if len(keys) < len(key_ids) or field.organization_of(row) != organization:
            continue
        if row is not last:
            last, end = row, records.lengths_first(str(row.pk))
        with suppress(Undecryptable, UnicodeDecodeError):
            stored.text = field.from_record(records.unseal(stored.sealed, keys, column + end))
            stored.place = (column + end, [(key.kind, key.scope) for key in keys])
            row.__dict__[name] = stored.text


def fetch_current_keys(rows: Iterable[models.Model], *, make: bool = False) -> None:
    """Fetch the keys that will seal the encrypted columns of `rows`, of any models, in one query of each organization.

    For many new rows: without it each contact's key would be a query of its own. With `make` those are made that do
    not exist yet, together.
    """
    wanted: dict[UUID, set[tuple[str, str]]] = {}
    for row in rows:
        for field in encrypted_fields(type(row)):
            pairs = wanted.setdefault(field.organization_of(row), set())
            pairs.update((key.kind, key.scope(row)) for key in field.keys)
    for organization, pairs in wanted.items():
        (keyring.make_current if make else keyring.fetch_current)(organization, pairs)
