"""Wrapped keys: a data key under its organization's key, that one under the root key, which stands in the settings.

A wrapped key is bound to what its row says of it, so that a row which says something else does not unwrap.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from tenancy.encryption import records
from tenancy.encryption.errors import KeysNotReady
from tenancy.encryption.records import KEY_BYTES, Key, lengths_first
from tenancy.models.data_key import DataKey, OrganizationKey

# --- Data keys ---


def unwrapped(row: DataKey, wrapping_key: bytes | None = None) -> Key:
    """The data key of a row that was read together with its organization key (unwrapped here unless it is given).

    Raises Undecryptable when the row says something else than when it was wrapped; so do the two below.
    """
    wrapping_key = wrapping_key or unwrapped_organization_key(row.wrapped_by)
    secret = records.unwrap(bytes(row.wrapped), wrapping_key, binding_of(row))
    return Key(bytes(row.key_id), secret, row.kind, row.scope, row.withheld_at is not None)


def unwrapped_together(rows: Iterable[DataKey]) -> dict[bytes, Key]:
    """The same for many rows, by key id, with each organization key unwrapped once."""
    wrapping: dict[UUID, bytes] = {}
    keys: dict[bytes, Key] = {}
    for row in rows:
        if row.wrapped_by_id not in wrapping:
            wrapping[row.wrapped_by_id] = unwrapped_organization_key(row.wrapped_by)
        key = unwrapped(row, wrapping[row.wrapped_by_id])
        keys[key.key_id] = key
    return keys


def many_unwrapped(rows: QuerySet[DataKey], held: Callable[[Sequence[bytes]], Mapping[bytes, Key]]) -> dict[bytes, Key]:
    """The same for thousands, in two statements that read bare columns. Keys that `held` gives are not unwrapped again.

    `held` is asked once, with the ids of all that were found; what is withheld now is told by the rows.
    """
    columns = ("key_id", "kind", "scope", "generation", "wrapped", "withheld_at", "wrapped_by_id", "organization_id")
    found = list(rows.values_list(*columns))
    owners = OrganizationKey.objects.filter(pk__in={row[6] for row in found})
    wrapping = {owner.pk: unwrapped_organization_key(owner) for owner in owners}
    here = held([bytes(row[0]) for row in found])
    keys: dict[bytes, Key] = {}
    for stored_id, kind, scope, generation, wrapped, withheld_at, owner, whose in found:
        key_id = bytes(stored_id)
        if (key := here.get(key_id)) is None:
            binding = _binding(whose, kind, scope, generation, key_id)
            key = Key(key_id, records.unwrap(bytes(wrapped), wrapping[owner], binding), kind, scope)
        keys[key_id] = key.marked(is_withheld=withheld_at is not None)
    return keys


def binding_of(row: DataKey) -> bytes:
    """What a wrapped data key is bound to: a row with another organization, kind, scope or id does not unwrap."""
    return _binding(row.organization_id, row.kind, row.scope, row.generation, bytes(row.key_id))


def _binding(organization: UUID, kind: str, scope: str, generation: int, key_id: bytes) -> bytes:
    return lengths_first("parley data key/v1", organization.bytes, kind, scope, str(generation), key_id)


# --- Organization keys and the root key ---


def unwrapped_organization_key(row: OrganizationKey) -> bytes:
    """32 bytes. Raises KeysNotReady when another root key wrapped it."""
    root = root_key()
    mine = root_id(root)
    if bytes(row.root_id) == mine:
        wrapped = row.wrapped
    elif row.next_wrapped is not None and bytes(row.next_root_id or b"") == mine:
        wrapped = row.next_wrapped
    else:
        raise KeysNotReady("ROOT_KEY is not the key that wrapped the stored keys")
    return records.unwrap(bytes(wrapped), root, organization_binding(row))


def organization_binding(row: OrganizationKey) -> bytes:
    """What a wrapped organization key is bound to."""
    return lengths_first("parley organization key/v1", row.organization_id.bytes, str(row.version))


def root_key() -> bytes:
    """The 32 bytes of ROOT_KEY. Raises KeysNotReady when it is not set."""
    root: bytes = settings.ROOT_KEY
    if len(root) != KEY_BYTES:
        raise KeysNotReady("ROOT_KEY is not set; it must be 32 bytes in base64")
    return root


def root_id(root: bytes) -> bytes:
    """8 bytes that tell root keys apart and reveal nothing of them."""
    return hmac.digest(root, b"parley root key id/v1", sha256)[:8]
