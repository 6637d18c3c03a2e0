"""Opening one record as it was before it was sealed anew, although the key of its day is gone.

What must stay of a day whose key goes is sealed anew (`day_shredding`). A backup of the main database from before that
holds it under the old key, and keys are never brought back. So what opens just that one record is written down beside
the keys, before the old key goes: a `KeptForm`. It is sealed under the keys that seal the row from then on. So it ends
with them, by the purge that ends the row and by its contact's erasure, without being looked for; and what was not kept
has none.

Rows that are sealed anew once more take their entries along. Entries go when no backup can be that old (`tidy`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connections, models

from tenancy import arrays
from tenancy.encryption import keyring, records
from tenancy.encryption.errors import Undecryptable
from tenancy.encryption.fields import EncryptedTextField
from tenancy.encryption.key_sources import DayKey
from tenancy.encryption.opening import opening_withheld
from tenancy.encryption.records import Key, lengths_first
from tenancy.ids import new_id
from tenancy.models.data_key import KeptForm

Field = EncryptedTextField[Any, Any]
_MARK_BYTES = 8


@dataclass(frozen=True, slots=True)
class OldForm:
    """A row, one of its records as it was, and what opens that (`records.opener_of`)."""

    row: Any
    record: bytes
    opener: bytes


@dataclass(frozen=True, slots=True)
class Marks:
    """Of the rows that were kept when a key went, and of their records as they were then."""

    rows: frozenset[bytes]
    records: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Opener:
    """What opens a record, None when a key that this is under itself is gone; and the ids of these keys."""

    key_ids: tuple[bytes, ...]
    opener: bytes | None


def place_of(field: Field) -> str:
    """How entries call a column."""
    return f"{field.model._meta.db_table}.{field.attname}"


def mark(old_key: bytes, place: str, row_id: UUID) -> bytes:
    """8 bytes that say of a row, to whoever knows its id, that it was kept when this key went; to others nothing."""
    return sha256(lengths_first("parley kept row/v1", old_key, place, str(row_id))).digest()[:_MARK_BYTES]


def record_mark(old_key: bytes, salt: bytes) -> bytes:
    """8 bytes that say of a record, to whoever has it, that a row said just that when this key went."""
    return sha256(lengths_first("parley kept record/v1", old_key, salt)).digest()[:_MARK_BYTES]


# --- Writing ---


def keep(organization: UUID, field: Field, day: DayKey, forms: Sequence[OldForm]) -> None:
    """Write down what opens these forms of a column, and let what is known of earlier ones of the same rows go along.

    But not what is known of another wording under the same key: what a run that died found, and was changed since.
    Rows must be locked; committed when this returns, so before the caller's transaction. Two or three statements.
    """
    if not forms:
        return
    place, at = place_of(field), field.keys.index(day)
    now = {form.row.pk: _sealing(organization, field, form.row) for form in forms}
    was = {form.row.pk: (records.key_ids(form.record)[at], records.salt_of(form.record)) for form in forms}
    there = _of_rows(organization, day, place, [form.row for form in forms])
    if stale := [one for one in there if _is_another_wording(one, *was[one.row_id])]:
        _forget(organization, stale)
    entries = _moved(organization, place, now, [one for one in there if one not in stale])
    known = {bytes(entry.salt) for entry in entries}
    for form in forms:
        old_key, salt = was[form.row.pk]
        if salt in known:
            continue
        entry = KeptForm(
            id=new_id(),
            organization_id=organization,
            kind=day.kind,
            scope=day.scope(form.row),
            place=place,
            row_id=form.row.pk,
            old_key=old_key,
            salt=salt,
        )
        entry.sealed = records.seal(form.opener, now[form.row.pk], _binding(entry))
        entries.append(entry)
    _write(organization, day.kind, place, entries)


def _is_another_wording(entry: KeptForm, old_key: bytes, salt: bytes) -> bool:
    return bytes(entry.old_key) == old_key and bytes(entry.salt) != salt


def _sealing(organization: UUID, field: Field, row: Any) -> list[Key]:
    return [keyring.current(organization, key.kind, key.scope(row)) for key in field.keys]


def _of_rows(organization: UUID, day: DayKey, place: str, rows: Sequence[Any]) -> list[KeptForm]:
    scopes, ids = {day.scope(row) for row in rows}, [row.pk for row in rows]
    with keyring.keys_of(organization):
        there = KeptForm.objects.filter(organization_id=organization, kind=day.kind, scope__in=scopes, place=place)
        return list(there.filter(row_id__in=arrays.among(ids)))


def _moved(
    organization: UUID, place: str, now: Mapping[UUID, Sequence[Key]], there: Sequence[KeptForm]
) -> list[KeptForm]:
    """Those that are not under the present keys of their rows yet, now under them; but not what is noise already."""
    behind = [
        entry
        for entry in there
        if records.key_ids(bytes(entry.sealed)) != tuple(key.key_id for key in now[entry.row_id])
    ]
    opened = _opened(organization, behind)
    moved = []
    for entry in behind:
        if (opener := opened[bytes(entry.salt)].opener) is not None:
            entry.sealed = records.seal(opener, now[entry.row_id], _binding(entry))
            moved.append(entry)
    return moved


_WRITE = """
INSERT INTO tenancy_keptform (organization_id, kind, place, id, scope, row_id, old_key, salt, sealed)
SELECT %s, %s, %s, * FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::bytea[], %s::bytea[], %s::bytea[])
ON CONFLICT (organization_id, salt) DO UPDATE SET sealed = excluded.sealed
"""


def _write(organization: UUID, kind: str, place: str, entries: Sequence[KeptForm]) -> None:
    columns = [
        arrays.uuids(entry.pk for entry in entries),
        arrays.texts(entry.scope for entry in entries),
        arrays.uuids(entry.row_id for entry in entries),
        *(arrays.octets(bytes(getattr(entry, name)) for entry in entries) for name in ("old_key", "salt", "sealed")),
    ]
    if entries:
        with keyring.keys_of(organization), connections["keys"].cursor() as cursor:
            cursor.execute(_WRITE, [organization, kind, place, *columns])


def _binding(entry: KeptForm) -> bytes:
    """What an entry is bound to: for another organization, column, row or record it does not open."""
    return lengths_first(
        "parley kept form/v1",
        entry.organization_id.bytes,
        entry.place,
        str(entry.row_id),
        bytes(entry.old_key),
        bytes(entry.salt),
    )


# --- Going ---


def keep_only(organization: UUID, kind: str, scope: str, staying: Mapping[str, Collection[UUID]]) -> None:
    """Before the old keys of a day go: entries of other rows than these (ids by place) go first.

    A run that was stopped wrote them, and what they are about need not stay any more.
    """
    with keyring.keys_of(organization):
        there = KeptForm.objects.filter(organization_id=organization, kind=kind, scope=scope)
        if stale := [one for one in there.defer("sealed") if one.row_id not in staying.get(one.place, ())]:
            _forget(organization, stale)


def _forget(organization: UUID, entries: Collection[KeptForm]) -> None:
    with keyring.keys_of(organization):
        ids = arrays.among(entry.pk for entry in entries)
        KeptForm.objects.filter(organization_id=organization, pk__in=ids).delete()


def tidy(organization: UUID, before: datetime) -> int:
    """Delete entries that were written before a moment: of records that no backup holds any more. How many."""
    with keyring.keys_of(organization):
        return KeptForm.objects.filter(organization_id=organization, created_at__lt=before).delete()[0]


# --- Reading ---


def marks(organization: UUID, old_keys: Collection[bytes]) -> dict[bytes, Marks]:
    """The marks of what was kept when these keys went, by key. One statement."""
    with keyring.keys_of(organization):
        return _marks(old_keys, _under(organization, old_keys).defer("sealed"))


def living_marks(organization: UUID, old_keys: Collection[bytes], dead: Collection[bytes]) -> dict[bytes, Marks]:
    """The same of what was kept since, too: of entries that no key is gone of, nor is to go (`dead`)."""
    with keyring.keys_of(organization):
        named = [(entry, set(records.key_ids(bytes(entry.sealed)))) for entry in _under(organization, old_keys)]
    there = keyring.those_stored(organization, {key_id for _, key_ids in named for key_id in key_ids}) - set(dead)
    return _marks(old_keys, [entry for entry, key_ids in named if key_ids <= there])


def _under(organization: UUID, old_keys: Collection[bytes]) -> "models.QuerySet[KeptForm]":
    return KeptForm.objects.filter(organization_id=organization, old_key__in=arrays.among_octets(old_keys))


def _marks(old_keys: Collection[bytes], entries: Iterable[KeptForm]) -> dict[bytes, Marks]:
    found: dict[bytes, tuple[set[bytes], set[bytes]]] = {key: (set(), set()) for key in old_keys}
    for entry in entries:
        old_key = bytes(entry.old_key)
        rows, sealed = found[old_key]
        rows.add(mark(old_key, entry.place, entry.row_id))
        sealed.add(record_mark(old_key, bytes(entry.salt)))
    return {key: Marks(frozenset(rows), frozenset(sealed)) for key, (rows, sealed) in found.items()}


def old_keys(organization: UUID) -> dict[str, set[bytes]]:
    """Under which keys the records were that entries are about, by place. One statement."""
    found: dict[str, set[bytes]] = {}
    with keyring.keys_of(organization):
        there = KeptForm.objects.filter(organization_id=organization).order_by()
        for place, old_key in there.values_list("place", "old_key").distinct():
            found.setdefault(place, set()).add(bytes(old_key))
    return found


def openers(organization: UUID, place: str, by_row: Mapping[UUID, bytes]) -> dict[UUID, Opener]:
    """What opens these records of a column, by the row's id; of those that have an entry for just this record."""
    salts = {records.salt_of(record): row_id for row_id, record in by_row.items()}
    with keyring.keys_of(organization):
        there: models.QuerySet[KeptForm] = KeptForm.objects.filter(organization_id=organization, place=place)
        entries = list(there.filter(salt__in=arrays.among_octets(salts)))
    entries = [entry for entry in entries if salts[bytes(entry.salt)] == entry.row_id]
    opened = _opened(organization, entries)
    return {entry.row_id: opened[bytes(entry.salt)] for entry in entries}


def _opened(organization: UUID, entries: Iterable[KeptForm]) -> dict[bytes, Opener]:
    """By salt. What is hidden is opened too: whoever looks at the row is refused by its keys."""
    named = [(entry, bytes(entry.sealed), records.key_ids(bytes(entry.sealed))) for entry in entries]
    with opening_withheld():
        wanted = {key_id for _, _, key_ids in named for key_id in key_ids}
        keys = keyring.refresh(organization, wanted) if wanted else {}
    found = {}
    for entry, sealed, key_ids in named:
        opener = None
        if all(key_id in keys for key_id in key_ids):
            try:
                opener = records.unseal(sealed, [keys[key_id] for key_id in key_ids], _binding(entry))
            except Undecryptable:
                opener = None  # altered: as good as none
        found[bytes(entry.salt)] = Opener(key_ids, opener)
    return found
