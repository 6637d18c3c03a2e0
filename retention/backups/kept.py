"""Rows that a purge kept, in a backup from before it: under the key that went; the newer one is not there.

A hold, an open review or a longer period of a team's keeps some rows of a day whose key goes, so they are sealed anew
first. A backup from before that holds them under the old key only; nothing but a newer backup brings them back.
"""

from collections.abc import Collection, Iterator
from datetime import date
from uuid import UUID

from django.apps import apps

from retention.backups.tombstones import Tombstones
from tenancy.encryption import DayKey
from tenancy.encryption.day_shredding import Column, columns_of
from tenancy.encryption.fields import encrypted_fields
from tenancy.isolation import activate

WORDS = (
    "up to {number} rows that a purge had kept cannot be read: they were sealed anew after this backup. "
    "Take a newer copy, if there is one"
)
_EVER = (date(1970, 1, 1), date(9000, 1, 1))


def unreadable(dead: Tombstones) -> int:
    """At most how many of the kept rows came back under keys that are gone. Asked of the databases that came back."""
    lost = 0
    for owner, kept in dead.kept.items():
        if kept:
            with activate(owner):
                lost += sum(kept[key] for key in _named(owner, kept))
    return lost


def _named(owner: UUID, keys: Collection[bytes]) -> set[bytes]:
    """Those of these keys under which there are rows."""
    found: set[bytes] = set()
    for column in _columns():
        rows = column.naming_in(owner, *_EVER, sorted(keys))
        found |= {bytes(key) for key in rows.values_list("key_id", flat=True).distinct()}
    return found


def _columns() -> Iterator[Column]:
    kinds = {
        key.kind
        for model in apps.get_models()
        for field in encrypted_fields(model)
        for key in field.keys
        if isinstance(key, DayKey)
    }
    for kind in sorted(kinds):
        yield from (column for column in columns_of(kind) if not column.append_only)  # of those nothing is kept
