"""Destroying keys of a day although some of what they open must stay.

What must stay is sealed anew under another key of the same day, batch by batch; then the old keys are destroyed, and
with them everything else that they opened, in every copy of the database. Where nothing must stay, no row is written:
the work does not grow with what ends.

What must not be lost on the way:

* Another process may hold an old key and seal with it for a minute more. So the old keys stay for a while after the new
  one was made, and what was written with them meanwhile is sealed anew before they go.
* Keys are in another database and go at once, so whoever dies right after that must have lost nothing: they go only in
  a transaction that finds nothing left to seal anew. What it finds is sealed and committed first, and it looks again.
* What must stay is asked for in every transaction anew, by the caller's function, which takes the caller's lock: who
  says that a row must stay either comes first, and is seen, or waits.
* A run that was stopped is finished by the next: which keys are to go is named by the caller, the newer one is found.
* A backup from before holds what must stay under the old keys. What opens just that is stored first (`kept_forms`).

A record that its contact's erasure has made unreadable is noise already and is left as it is. One that is damaged
stops the work: what must stay would be lost for good.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from tenancy.arrays import among_octets
from tenancy.bulk_writes import update_rows
from tenancy.crash_points import crash_here
from tenancy.encryption import kept_forms, keyring, records
from tenancy.encryption.errors import CannotSeal, KeyDestroyed
from tenancy.encryption.fields import EncryptedTextField, encrypted_fields
from tenancy.encryption.key_sources import DayKey, day_scope
from tenancy.encryption.many_rows import prefetch
from tenancy.encryption.opening import opening_withheld
from tenancy.encryption.rotation import REPLACED_KEYS_STAY
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import AppendOnly, activate
from tenancy.models.data_key import DataKey

YOUNGEST = timedelta(days=2)
"""A day that is not over for so long still gets texts that were on their way."""
_BATCH = 500
_SKEW = timedelta(minutes=5)  # between the clocks of two servers that are right

Survivors = Callable[[type[models.Model]], Q | None]
"""Which rows of a model must stay; None: none of them, which is known without looking."""


@dataclass(frozen=True)
class Column:
    """An encrypted column that keys of days of one kind seal; `attribute` is the time that names the day."""

    model: type[models.Model]
    field: EncryptedTextField[Any, Any]
    attribute: str
    place: int  # of the day's key among the column's keys

    @property
    def day(self) -> DayKey:
        """The source of the day's key."""
        key = self.field.keys[self.place]
        assert isinstance(key, DayKey)  # noqa: S101 - `columns_of` found it so
        return key

    @property
    def append_only(self) -> bool:
        """Whether the database refuses to write it anew."""
        return any(isinstance(each, AppendOnly) for each in self.model._meta.constraints)

    def of_day(self, organization: UUID, day: date) -> "models.QuerySet[Any]":
        """The rows of that day of UTC."""
        within = {f"{self.attribute}__gte": _begin(day), f"{self.attribute}__lt": _begin(day + timedelta(days=1))}
        rows: models.QuerySet[Any] = self.model._base_manager.filter(organization_id=organization, **within)
        return rows

    def naming(self, organization: UUID, day: date, key_ids: Collection[bytes]) -> "models.QuerySet[Any]":
        """The rows of that day whose record was sealed under one of these keys, by primary key."""
        return self._named(self.of_day(organization, day), key_ids).order_by("pk")

    def naming_in(
        self, organization: UUID, first: date, last: date, key_ids: Collection[bytes]
    ) -> "models.QuerySet[Any]":
        """The rows of these days, the last one included, under one of these keys; each with `key_id`. In no order."""
        within = {f"{self.attribute}__gte": _begin(first), f"{self.attribute}__lt": _begin(last + timedelta(days=1))}
        rows: models.QuerySet[Any] = self.model._base_manager.filter(organization_id=organization, **within)
        under: models.QuerySet[Any] = self._named(rows, key_ids).annotate(key_id=F("_key")).order_by()
        return under

    def _named(self, rows: "models.QuerySet[Any]", key_ids: Collection[bytes]) -> "models.QuerySet[Any]":
        named = _KeyId(F(self.field.attname), place=self.place)
        under: models.QuerySet[Any] = rows.alias(_key=named).filter(_key__in=among_octets(map(bytes, key_ids)))
        return under


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


class _KeyId(Func):
    """The id of the key at one place of a record."""

    output_field = models.BinaryField()

    def __init__(self, column: F, *, place: int) -> None:
        start = 3 + place * records.KEY_ID_BYTES
        super().__init__(column, template=f"substring(%(expressions)s FROM {start} FOR {records.KEY_ID_BYTES})")


def key_id_at(field: EncryptedTextField[Any, Any], place: int) -> Func:
    """The id of the key at one place of the records of a column, for a query."""
    return _KeyId(F(field.attname), place=place)


@dataclass(frozen=True)
class Shred:
    """`gone`: whether the keys are destroyed; if not, it may be tried again from `again_at` on.

    `resealed`: rows that were sealed anew; `noise`: rows that must stay but whose contact was erased before.
    """

    gone: bool
    resealed: int = 0
    noise: int = 0
    again_at: datetime | None = None


@cache
def columns_of(kind: str) -> tuple[Column, ...]:
    """All columns whose records the keys of days of this kind open, read from the models."""
    return tuple(
        Column(model, field, key.attribute, place)
        for model in apps.get_models()
        if not model._meta.proxy
        for field in encrypted_fields(model)
        for place, key in enumerate(field.keys)
        if isinstance(key, DayKey) and key.kind == kind
    )


def shred_day(
    organization: UUID,
    kind: str,
    day: date,
    key_ids: Collection[bytes],
    survivors: Survivors,
    *,
    reason: str,
    stay: timedelta | None = None,
) -> Shred:
    """Destroy these keys of a day, with an audit event for each; what must stay is readable afterwards.

    Opens its own transactions. `stay`: how long old keys stay after the new one was made (an hour). Raises CannotSeal
    for a day that is too young or whose rows must stay and cannot be written anew, Undecryptable for a damaged record.
    """
    if datetime.combine(day, time.max, UTC) > timezone.now() - YOUNGEST:
        raise CannotSeal(f"{day} is too young: what was on its way that day may still arrive")
    columns = columns_of(kind)
    resealed = noise = 0
    while True:
        with activate(organization):
            if _all_noise(columns, organization, day, key_ids, survivors, noise=noise):
                if (again_at := _may_be_held(organization, kind, day, key_ids, stay)) is None:
                    under, kept = _under_newer(columns, organization, kind, day, key_ids)
                    destroy_keys(kind, day_scope(day), reason=reason, only=key_ids, kept=kept, under=under)
                return Shred(gone=again_at is None, resealed=resealed, noise=noise, again_at=again_at)
        keyring.renew(organization, kind, day_scope(day), key_ids)
        crash_here("after_key_renewed")
        noise = 0
        for column in columns:
            done, left = _reseal(column, organization, day, key_ids, survivors)
            resealed, noise = resealed + done, noise + left
        crash_here("after_resealed")


def _all_noise(
    columns: Sequence[Column],
    organization: UUID,
    day: date,
    key_ids: Collection[bytes],
    survivors: Survivors,
    *,
    noise: int,
) -> bool:
    """Whether nothing that must stay is under these keys but `noise` records, which nobody can open any more."""
    found = 0
    for column in columns:
        rows = _staying(column, organization, day, key_ids, survivors)
        if rows is not None:
            found += rows.count() if noise else rows.exists()
        if found > noise:
            return False
    return True


def _under_newer(
    columns: Sequence[Column], organization: UUID, kind: str, day: date, key_ids: Collection[bytes]
) -> tuple[bytes | None, int]:
    """The key that replaced these, and how many rows of the day stay. Of no others is there an entry afterwards."""
    newer = [key_id for key_id in keyring.stored_ids(organization, kind, day_scope(day)) if key_id not in key_ids]
    if not newer:
        return None, 0
    rows = [(kept_forms.place_of(column.field), column.naming(organization, day, newer)) for column in columns]
    staying = {place: set(found.values_list("pk", flat=True)) for place, found in rows}
    kept_forms.keep_only(organization, kind, day_scope(day), staying)
    return newer[-1], sum(map(len, staying.values()))


def _may_be_held(
    organization: UUID, kind: str, day: date, key_ids: Collection[bytes], stay: timedelta | None
) -> datetime | None:
    """Until when another process may seal with a key that was replaced because something must stay; None: no longer."""
    with keyring.keys_of(organization):
        newer = keyring.newest(organization, kind, day_scope(day))
        if newer is None or bytes(newer.key_id) in key_ids:
            return None
        now, stays = timezone.now(), REPLACED_KEYS_STAY if stay is None else stay
        if newer.created_at > now + _SKEW:  # by a clock that was ahead: from now on, then
            DataKey.objects.filter(pk=newer.pk).update(created_at=now)
    until = min(newer.created_at, now) + stays
    return until if until > now else None


def _staying(
    column: Column, organization: UUID, day: date, key_ids: Collection[bytes], survivors: Survivors
) -> "models.QuerySet[Any] | None":
    """Rows under these keys that must stay; None when there are none for certain."""
    condition = survivors(column.model)
    return None if condition is None else column.naming(organization, day, key_ids).filter(condition)


def _reseal(
    column: Column, organization: UUID, day: date, key_ids: Collection[bytes], survivors: Survivors
) -> tuple[int, int]:
    """Seal anew what must stay, in transactions of a batch (or in the caller's). How many, and how many are noise."""
    done = noise = 0
    last = None
    while True:
        with activate(organization):
            rows = _staying(column, organization, day, key_ids, survivors)
            if rows is None:
                return done, noise
            rows = rows.filter(pk__gt=last) if last else rows
            batch = list(rows.select_for_update(of=("self",))[:_BATCH])
            if batch and column.append_only:
                raise CannotSeal(f"{column.model.__name__} of {day} must stay and cannot be written anew")
            keyring.fetch_current(
                organization, {(key.kind, key.scope(row)) for row in batch for key in column.field.keys}
            )
            with opening_withheld():  # what is hidden stays, too, and whoever looks is refused by the new key
                prefetch(batch, held_will_do=True)
                forms = [form for row in batch if (form := _sealed_anew(row, column.field))]
            kept_forms.keep(organization, column.field, column.day, forms)
            crash_here("after_forms_kept")
            update_rows([form.row for form in forms], [column.field.name])
        done, noise = done + len(forms), noise + len(batch) - len(forms)
        if len(batch) < _BATCH:
            return done, noise
        last = batch[-1].pk


def _sealed_anew(row: Any, field: EncryptedTextField[Any, Any]) -> kept_forms.OldForm | None:
    """How it was; None when another of its keys is destroyed."""
    record = bytes(row.__dict__[field.attname])
    try:
        opener = field.opener(row, record)
        field.seal(row, getattr(row, field.attname), anew=True)
    except KeyDestroyed:
        return None
    return kept_forms.OldForm(row, record, opener)
