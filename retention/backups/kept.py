"""What a restore says of rows that purges had kept: how many it brought back, and how many nobody can read.

They stand in a backup from before under keys that are gone (`bringing`). What stays unreadable: rows of purges from
before these were told one by one; and records that were written anew between the backup and the purge, where the keys'
copy is from after it.
"""

import json
from collections.abc import Collection, Iterator
from uuid import UUID

from retention.backups import kept_notes
from retention.backups.bringing import EVER, columns
from retention.backups.tombstones import Tombstones
from tenancy.audit_kinds import AuditKind
from tenancy.encryption import EncryptionError, kept_forms
from tenancy.isolation import activate
from tenancy.models import AuditEvent, Organization

BROUGHT = "{number} rows that a purge had kept after this backup were brought back"
LOST = (
    "up to {number} rows that a purge had kept cannot be read: they were sealed anew after this backup. "
    "Take a newer copy, if there is one"
)


def notes(dead: Tombstones) -> Iterator[str]:
    """Sentences for the report. Asked of the databases that came back."""
    if back := _brought_back():
        yield BROUGHT.format(number=back)
    if lost := unreadable(dead):
        yield LOST.format(number=lost)


def _brought_back() -> int:
    """What the restores say that the logs tell of last."""
    found = 0
    for owner in list(Organization.objects.order_by("pk").values_list("pk", flat=True)):
        with activate(owner):
            event = AuditEvent.objects.filter(event=AuditKind.BACKUP_RESTORED).order_by("sequence").last()
            try:
                found += int(json.loads((event and event.details) or "{}").get("brought_back", 0))
            except EncryptionError:
                continue
    return found


def unreadable(dead: Tombstones) -> int:
    """At most how many of the kept rows are under keys that are gone."""
    lost = 0
    for owner, kept in dead.kept.items():
        marked = {key for key, each in kept.items() if any(one.marks for one in each)}
        with activate(owner):
            lost += sum(max(each.number for each in kept[key]) for key in _named(owner, kept.keys() - marked))
            lost += _marked(owner, marked, dead)
    return lost


def _named(owner: UUID, keys: Collection[bytes]) -> set[bytes]:
    """Those of these keys under which there are rows."""
    found: set[bytes] = set()
    for column in columns() if keys else ():
        rows = column.naming_in(owner, *EVER, sorted(keys))
        found |= {bytes(key) for key in rows.values_list("key_id", flat=True).distinct()}
    return found


def _marked(owner: UUID, keys: Collection[bytes], dead: Tombstones) -> int:
    """Rows under these keys that are told to have stayed to the last."""
    gone, kept, lost = dead.keys[owner], dead.kept[owner], 0
    for column in columns() if keys else ():
        place = kept_forms.place_of(column.field)
        rows = column.naming_in(owner, *EVER, sorted(keys)).values_list("pk", "key_id")
        lost += sum(
            kept_notes.way(bytes(key), place, pk, dead=gone, kept=kept) is not None for pk, key in rows.iterator()
        )
    return lost
