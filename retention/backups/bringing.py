"""What purges had kept is brought back, in a main database from before them (decision 409).

There it stands under keys of days that were destroyed since. Which rows stayed is told beside the checkpoints
(`kept_notes`), with what they said when their key went, and by the entries beside the keys (`kept_forms`). Where the
keys came back from before the purge, too, the old keys are there until this is done, and open those rows and no others;
where they are newer, the entries do. Each row is sealed anew under a key of its day that lives, and has an entry of its
own again, for the next time.

A row that was kept, and ended later, ended: every key that it was under since has to say that it stayed, up to one that
was not destroyed. Of an erased person nothing comes back, since their own key is gone.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.apps import apps

from retention.backups import kept_notes
from retention.backups.kept_notes import Kept
from retention.backups.tombstones import Tombstones
from tenancy.bulk_writes import update_rows
from tenancy.encryption import DayKey, EncryptionError, kept_forms, keyring, records
from tenancy.encryption.day_shredding import Column, columns_of
from tenancy.encryption.fields import encrypted_fields
from tenancy.encryption.opening import opening_withheld
from tenancy.encryption.records import ORGANIZATION_MARK, Key
from tenancy.isolation import activate
from tenancy.models import Organization

EVER = (date(1970, 1, 1), date(9000, 1, 1))
_BATCH = 100


@dataclass
class Brought:
    """Rows that came back, by organization."""

    rows: Counter[UUID] = field(default_factory=Counter)


def columns() -> Iterator[Column]:
    """All columns of which a purge keeps rows."""
    kinds = {
        key.kind
        for model in apps.get_models()
        for field in encrypted_fields(model)
        for key in field.keys
        if isinstance(key, DayKey)
    }
    for kind in sorted(kinds):
        yield from (column for column in columns_of(kind) if not column.append_only)  # of those nothing is kept


Tell = Callable[[UUID, Mapping[bytes, bytes]], None]
"""Called with keys that rows were under and those that they will be under, before anything is."""


def bring_back(dead: Tombstones, tell: Tell | None = None) -> Brought:
    """Open what purges had kept and seal it anew, while keys of which something stayed are still there; twice is once.

    Asked of the databases that came back, with their tables of this release. Afterwards all of `dead` has to go.
    """
    done = Brought()
    for owner in list(Organization.everyone.order_by("pk").values_list("pk", flat=True)):
        gone = dead.keys.get(owner, set())
        if ORGANIZATION_MARK not in gone:
            told, logged = dead.told.get(owner, set()), dead.logged.get(owner, set())
            _Bringing(owner, gone, dead.kept.get(owner, {}), told, logged, done, tell).all()
    return done


@dataclass
class _Bringing:
    owner: UUID
    dead: Collection[bytes]
    kept: Mapping[bytes, Collection[Kept]]
    told: Collection[bytes]
    logged: Collection[bytes]
    done: Brought
    tell: Tell | None
    _renewed: set[tuple[str, str]] = field(default_factory=set)
    _said: set[tuple[bytes, bytes]] = field(default_factory=set)

    def all(self) -> None:
        by_entries = kept_forms.old_keys(self.owner)
        # What stayed was not under a key any more when its going was logged: there, what still is under it ended.
        marked = {key for key, kept in self.kept.items() if any(one.marks for one in kept)} - set(self.logged)
        for column in columns():
            untold = by_entries.get(kept_forms.place_of(column.field), set()) - set(self.told) - set(self.logged)
            living = keyring.those_stored(self.owner, untold - set(self.dead)) if untold else set()
            if not (wanted := marked | (untold - living)):
                continue
            with activate(self.owner):
                rows = column.naming_in(self.owner, *EVER, wanted).values_list("pk", "key_id")
                found = [pk for pk, key in rows.iterator() if bytes(key) in untold or self._stayed(column, key, pk)]
            for begin in range(0, len(found), _BATCH):
                with activate(self.owner), opening_withheld():
                    self._bring(column, found[begin : begin + _BATCH])

    def _stayed(self, column: Column, key: Any, row_id: UUID, salt: bytes | None = None) -> list[bytes] | None:
        place = kept_forms.place_of(column.field)
        return kept_notes.way(bytes(key), place, row_id, dead=self.dead, kept=self.kept, salt=salt)

    def _bring(self, column: Column, ids: Collection[UUID]) -> None:
        name, place = column.field.attname, kept_forms.place_of(column.field)
        there = column.model._base_manager.filter(organization_id=self.owner, pk__in=ids)
        rows = {row.pk: row for row in there.select_for_update(of=("self",))}
        sealed = {pk: record for pk, row in rows.items() if _is_whole(record := bytes(row.__dict__[name]))}
        entries = kept_forms.openers(self.owner, place, sealed)
        keys = keyring.refresh(self.owner, {key for one in sealed.values() for key in records.key_ids(one)})
        forms, under = [], set()
        for pk, record in sealed.items():
            opener, way = self._opener(column, pk, record, entries.get(pk), keys)
            if opener and self._sealed_anew(column, rows[pk], record, opener):
                forms.append(kept_forms.OldForm(rows[pk], record, opener))
                day = (column.day.kind, column.day.scope(rows[pk]))
                now = keyring.current(self.owner, *day).key_id
                under |= {(key, now) for key in way}
        if self.tell and under - self._said:
            for now in sorted({now for _, now in under - self._said}):
                self.tell(self.owner, {key: to for key, to in under - self._said if to == now})
            self._said |= under
        kept_forms.keep(self.owner, column.field, column.day, forms)
        update_rows([form.row for form in forms], [name])
        self.done.rows[self.owner] += len(forms)

    def _opener(
        self, column: Column, row_id: UUID, record: bytes, entry: kept_forms.Opener | None, keys: Mapping[bytes, Key]
    ) -> tuple[bytes | None, list[bytes]]:
        """What opens a row that stayed to the last, and the destroyed keys that it was under; None: nothing may."""
        named = records.key_ids(record)
        first = named[column.place]
        if first in self.told:
            if (way := self._stayed(column, first, row_id, records.salt_of(record))) is None:
                return None, []  # it ended, or said something else by then
            if all(key in keys for key in named):
                return records.opener_of(record, [keys[key] for key in named]), way
            return (entry.opener if entry else None), way
        # Nothing but its entry says that it stayed: the old key itself, should it be there, opens its neighbours too.
        further = self._stayed(column, entry.key_ids[column.place], row_id) if entry else None
        return (entry.opener, [first, *further]) if entry and further is not None else (None, [])

    def _sealed_anew(self, column: Column, row: Any, record: bytes, opener: bytes) -> bool:
        """False for what is damaged."""
        day = (column.day.kind, column.day.scope(row))
        try:
            text = row.__dict__[column.field.attname] = column.field.opened_by(row, record, opener)
            if day not in self._renewed:
                keyring.renew(self.owner, *day, self.dead)
                self._renewed.add(day)
            column.field.seal(row, text, anew=True)
        except (EncryptionError, UnicodeDecodeError):
            return False
        return True


def _is_whole(record: bytes) -> bool:
    """False for what is damaged: nobody can read it, and its neighbours come back without it."""
    try:
        return bool(records.salt_of(record))
    except EncryptionError:
        return False
