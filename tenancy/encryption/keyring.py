"""Data keys: made when first needed, kept wrapped in the `keys` database and unwrapped in this process for a minute.

What a window means: `destroy_keys` forgets at once in its own process. Another process may open single texts with a
key it already holds for at most CACHE_SECONDS; `prefetch`, which pages use, asks the database each time and has no
window. Rotation waits longer than that before it removes a replaced key.

Every look-up is a short transaction of its own in the `keys` database that names the organization to row security, so
a key outlives a roll-back of the caller: an unused key does no harm, a lost one would.
"""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connections, transaction

from tenancy import arrays
from tenancy.encryption import records
from tenancy.encryption.cache import KeyCache
from tenancy.encryption.errors import KeyDestroyed, Withheld
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.opening import opens_withheld
from tenancy.encryption.records import KEY_BYTES, KEY_ID_BYTES, Key
from tenancy.encryption.wrapping import (
    binding_of,
    many_unwrapped,
    organization_binding,
    root_id,
    root_key,
    unwrapped,
    unwrapped_organization_key,
    unwrapped_together,
)
from tenancy.isolation import tell_database
from tenancy.models.data_key import DataKey, DestroyedKey, OrganizationKey

CACHE_SECONDS = 60.0
AFTER_THE_END = frozenset({"audit"})
"""Kinds of keys that are made also for an organization that has ended: its log tells how it did."""

FEW = 50
"""More keys than these are read as bare columns: objects of five thousand rows take twice as long as all the rest."""

_cache = KeyCache(seconds=CACHE_SECONDS, entries=20_000)


def current(organization: UUID, kind: str, scope: str) -> Key:
    """The key to seal with, made if there is none yet."""
    key = _cache.current(organization, kind, scope)
    if key is None:
        key = _fetch_or_make(organization, kind, scope)
        _cache.keep(organization, key, kind, scope)
    return key


def fetch_current(organization: UUID, wanted: Collection[tuple[str, str]]) -> None:
    """Bring the keys that seal new texts of these (kind, scope) here in one query; none is made."""
    missing = {pair for pair in wanted if _cache.current(organization, *pair) is None}
    if not missing:
        return
    with keys_of(organization):
        scopes = {scope for _, scope in missing}
        rows = DataKey.objects.filter(
            organization_id=organization,
            kind__in={kind for kind, _ in missing},
            scope__in=arrays.among_texts(scopes) if len(scopes) > FEW else scopes,
        )
        newest_first = rows.order_by("kind", "scope", "-generation").distinct("kind", "scope")
        if len(scopes) > FEW:
            keys = many_unwrapped(newest_first, partial(_cache.by_ids, organization))
        else:
            keys = unwrapped_together(newest_first.select_related("wrapped_by"))
    for key in keys.values():
        _cache.keep(organization, key, key.kind, key.scope)


def current_ones(organization: UUID, kind: str, scopes: Collection[str]) -> dict[str, Key]:
    """The keys of these scopes that are there, by scope, in at most one query; none is made."""
    found = _held_ones(organization, kind, scopes)
    if len(found) < len(set(scopes)):
        fetch_current(organization, {(kind, scope) for scope in scopes})
        found = _held_ones(organization, kind, scopes)
    return found


def _held_ones(organization: UUID, kind: str, scopes: Collection[str]) -> dict[str, Key]:
    return {scope: key for scope in scopes if (key := _cache.current(organization, kind, scope)) is not None}


def make_current(organization: UUID, wanted: Collection[tuple[str, str]]) -> None:
    """`fetch_current`, with those made that do not exist, in three statements; another process may be making them."""
    fetch_current(organization, wanted)
    missing = sorted(pair for pair in set(wanted) if _cache.current(organization, *pair) is None)
    if not missing:
        return
    with keys_of(organization):
        _refuse_erased(organization, missing)
        wrapped_by = organization_key(organization)
        secret = unwrapped_organization_key(wrapped_by)
        made = [_new(wrapped_by, secret, kind, scope, 1) for kind, scope in missing]
        DataKey.objects.bulk_create(made, ignore_conflicts=True)
    fetch_current(organization, missing)


def by_ids(organization: UUID, key_ids: Collection[bytes]) -> dict[bytes, Key]:
    """The keys with these ids. Raises KeyDestroyed when one is gone, Withheld when one opens nothing now."""
    keys = _cache.by_ids(organization, key_ids)
    if len(keys) < len(key_ids) and len(keys) < len(set(key_ids)):
        keys = _refreshed(organization, set(key_ids))
    if len(keys) < len(key_ids) and (missing := set(key_ids) - keys.keys()):
        raise KeyDestroyed(f"key {min(missing).hex()} of organization {organization} was destroyed")
    if len(_opening(keys)) < len(keys):
        raise Withheld(f"a key of organization {organization} is withheld")
    return keys


def refresh(organization: UUID, key_ids: Collection[bytes], *, held_will_do: bool = False) -> dict[bytes, Key]:
    """Ask the database for these keys in one query, forget those that are gone and return those that are there.

    `held_will_do`: ask nothing when this process holds all of them. Those that are withheld are not returned.
    """
    held = _cache.by_ids(organization, key_ids)
    if held_will_do and len(held) == len(key_ids):
        return _opening(held)
    return _opening(_refreshed(organization, key_ids))


def _opening(keys: dict[bytes, Key]) -> dict[bytes, Key]:
    """Those of them that open something for the running work."""
    if opens_withheld() or not any(key.is_withheld for key in keys.values()):
        return keys
    return {key_id: key for key_id, key in keys.items() if not key.is_withheld}


def _refreshed(organization: UUID, key_ids: Collection[bytes]) -> dict[bytes, Key]:
    held = _cache.by_ids(organization, key_ids)
    with keys_of(organization):
        stored = DataKey.objects.filter(organization_id=organization, key_id__in=_named(key_ids))
        if len(held) == len(key_ids):  # all that is left to ask is whether they still exist, and still open
            now = {bytes(key_id): since is not None for key_id, since in stored.values_list("key_id", "withheld_at")}
            keys = {key_id: held[key_id].marked(is_withheld=is_withheld) for key_id, is_withheld in now.items()}
        elif len(key_ids) > FEW:
            keys = many_unwrapped(stored, partial(_cache.by_ids, organization))
        else:
            keys = unwrapped_together(stored.select_related("wrapped_by"))
    _cache.keep_all(organization, keys.values())
    _cache.forget(organization, set(key_ids) - keys.keys())
    return keys


def _named(key_ids: Collection[bytes]) -> Any:
    """For a look-up of these: one array where they are many, since a placeholder for each takes its time."""
    return arrays.among_octets(key_ids) if len(key_ids) > FEW else list(key_ids)


def forget(organization: UUID, key_ids: Collection[bytes]) -> None:
    """Drop keys from this process's memory."""
    _cache.forget(organization, key_ids)


def forget_everything() -> None:
    """Drop all keys from this process's memory."""
    _cache.clear()


@contextmanager
def keys_of(organization: UUID) -> Iterator[None]:
    """A transaction in the `keys` database that sees the keys of one organization."""
    inside_another = connections["keys"].in_atomic_block
    with transaction.atomic(using="keys"):
        tell_database("keys", organization)
        yield
        if inside_another:  # the setting would outlive the savepoint
            tell_database("keys", None)


# --- Data keys ---


def _fetch_or_make(organization: UUID, kind: str, scope: str) -> Key:
    """In one transaction; two processes may make it at once: one inserts, both use what it inserted."""
    for attempt in (1, 2):
        try:
            with keys_of(organization):
                row = newest(organization, kind, scope)
                if row is None:
                    _refuse_erased(organization, [(kind, scope)])
                    row = add(organization, kind, scope, generation=1)
                return unwrapped(row)
        except IntegrityError:
            if attempt == 2:  # once: rotation removed the organization key between our reading it and our commit
                raise
    raise AssertionError


def newest(organization: UUID, kind: str, scope: str) -> DataKey | None:
    """The stored key of the highest generation; inside `keys_of`."""
    keys = DataKey.objects.filter(organization_id=organization, kind=kind, scope=scope)
    return keys.select_related("wrapped_by").order_by("-generation").first()


def _refuse_erased(organization: UUID, wanted: Collection[tuple[str, str]]) -> None:
    """Raise KeyDestroyed for a contact who was erased: what is sealed for them anew would outlive the erasure."""
    contacts = [scope for kind, scope in wanted if kind == CONTACT]
    gone = DestroyedKey.objects.filter(organization_id=organization, kind=CONTACT, scope__in=contacts)
    if contacts and (scope := gone.values_list("scope", flat=True).first()):
        raise KeyDestroyed(f"contact {scope} of organization {organization} was erased: nothing is sealed for them")


def renew(organization: UUID, kind: str, scope: str, old: Collection[bytes]) -> None:
    """Let the newest key of the scope that is none of `old` seal from now on; it is made if there is none.

    Other processes seal with one that they hold for CACHE_SECONDS more.
    """
    with keys_of(organization):
        row = newest(organization, kind, scope)
        if row is None or bytes(row.key_id) in old:
            since = row.withheld_at if row else None
            row = add(organization, kind, scope, generation=row.generation + 1 if row else 1)
            if since is not None:  # what is sealed anew stays as hidden as it was
                DataKey.objects.filter(pk=row.pk).update(withheld_at=since)
                row.withheld_at = since
        key = unwrapped(row)
    _cache.keep(organization, key, kind, scope)


def stored_ids(organization: UUID, kind: str, scope: str) -> list[bytes]:
    """The ids of the scope's keys, oldest first."""
    with keys_of(organization):
        keys = DataKey.objects.filter(organization_id=organization, kind=kind, scope=scope).order_by("generation")
        return [bytes(key_id) for key_id in keys.values_list("key_id", flat=True)]


def destroyed_contacts(organization: UUID, contacts: Collection[str]) -> set[str]:
    """Those of these contacts whose key was destroyed."""
    with keys_of(organization):
        gone = DestroyedKey.objects.filter(organization_id=organization, kind=CONTACT, scope__in=list(contacts))
        return set(gone.values_list("scope", flat=True))


def destroyed_scopes(organization: UUID, kind: str) -> set[str]:
    """Scopes of which keys of this kind were destroyed without the log telling of it yet; of contacts, also since."""
    with keys_of(organization):
        gone = DestroyedKey.objects.filter(organization_id=organization, kind=kind)
        return set(gone.values_list("scope", flat=True))


def destroyed_ids(organization: UUID, kind: str, scopes: Collection[str]) -> list[bytes]:
    """The ids of destroyed keys of these scopes; only of contacts are they known for good."""
    with keys_of(organization):
        gone = DestroyedKey.objects.filter(organization_id=organization, kind=kind, scope__in=list(scopes))
        return [bytes(key_id) for key_id in gone.values_list("key_id", flat=True)]


def scopes_of(organization: UUID, kind: str) -> list[str]:
    """The scopes of this kind that have a key."""
    with keys_of(organization):
        keys = DataKey.objects.filter(organization_id=organization, kind=kind).order_by("scope")
        return list(keys.values_list("scope", flat=True).distinct())


def those_stored(organization: UUID, key_ids: Collection[bytes]) -> set[bytes]:
    """Those of these keys that are there, whatever this process holds."""
    with keys_of(organization):
        keys = DataKey.objects.filter(organization_id=organization, key_id__in=list(key_ids))
        return {bytes(key_id) for key_id in keys.values_list("key_id", flat=True)}


_ADD = """
INSERT INTO tenancy_datakey (id, organization_id, kind, scope, generation, key_id, wrapped, wrapped_by_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


def add(organization: UUID, kind: str, scope: str, *, generation: int) -> DataKey:
    """Insert a new random key, or find the one that another process inserted meanwhile; inside `keys_of`."""
    wrapped_by = organization_key(organization)
    row = _new(wrapped_by, unwrapped_organization_key(wrapped_by), kind, scope, generation)
    with connections["keys"].cursor() as cursor:
        columns = (row.pk, organization, kind, scope, generation, bytes(row.key_id), bytes(row.wrapped), wrapped_by.pk)
        cursor.execute(_ADD, columns)
        if cursor.rowcount:
            return row
    found = newest(organization, kind, scope)
    assert found is not None  # noqa: S101 - it was in our way
    return found


def _new(wrapped_by: OrganizationKey, wrapping_key: bytes, kind: str, scope: str, generation: int) -> DataKey:
    if wrapped_by.ended_at is not None and kind not in AFTER_THE_END:
        raise KeyDestroyed(f"organization {wrapped_by.organization_id} has ended: nothing is sealed for it")
    key = Key(os.urandom(KEY_ID_BYTES), os.urandom(KEY_BYTES))
    row = DataKey(
        organization_id=wrapped_by.organization_id,
        kind=kind,
        scope=scope,
        generation=generation,
        key_id=key.key_id,
        wrapped_by=wrapped_by,
    )
    row.wrapped = records.wrap(key.secret, wrapping_key, binding_of(row))
    return row


# --- Organization keys ---


def organization_key(organization: UUID) -> OrganizationKey:
    """The newest version, made if there is none yet; inside `keys_of`."""
    keys = OrganizationKey.objects.filter(organization_id=organization).order_by("-version")
    if found := keys.first():
        return found
    add_organization_key(organization, version=1)
    return keys[0]


def add_organization_key(organization: UUID, *, version: int) -> None:
    """Insert a new random organization key unless that version exists; inside `keys_of`."""
    row = OrganizationKey(organization_id=organization, version=version, root_id=root_id(root_key()))
    row.wrapped = records.wrap(os.urandom(KEY_BYTES), root_key(), organization_binding(row))
    earlier = OrganizationKey.objects.filter(organization_id=organization).order_by("-version")
    row.ended_at = earlier.values_list("ended_at", flat=True).first()
    OrganizationKey.objects.bulk_create([row], ignore_conflicts=True)
