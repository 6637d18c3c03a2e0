"""Columns that are sealed at rest and plain text in Python.

    body = EncryptedTextField(keys=[DayKey("body", "created_at"), ContactKey("contact_id")])

The column holds a record (`records.py`) in `bytea`. A row that was read keeps the sealed bytes until the attribute is
looked at; then they are opened once. Saving seals the text, unless it is still the text that was stored. Rows must have
their id before they are saved (UUIDv7), because the record is bound to it.

Many rows: call `prefetch(rows)` (`many_rows.py`) first, which fetches all their keys in one query.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from django.core import checks
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext

from tenancy.encryption import records
from tenancy.encryption.errors import CannotSeal, KeyDestroyed, Withheld
from tenancy.encryption.key_sources import INSTALLATION, KeySource

_Set = TypeVar("_Set")
_Get = TypeVar("_Get")

if TYPE_CHECKING:

    class _TextField(models.TextField[_Set, _Get]):
        pass
else:

    class _TextField(models.TextField):
        def __class_getitem__(cls, types):
            """Django's fields are generic for type checkers only."""
            return cls


_WHAT_TO_DO = "an encrypted column is written by save, create or bulk_create of rows, not by update() or bulk_update()"


class Sealed(bytes):
    """A record as it is stored. What `values()` and `values_list()` give for an encrypted column."""

    def __repr__(self) -> str:
        return f"<sealed, {len(self)} bytes>"

    __str__ = __repr__


ENDED = Sealed(b"\0")
"""What a purge leaves in place of a record: a version that seals nothing. Opening it raises KeyDestroyed."""


class _Stored:
    """What the database holds for one attribute of one row: the record and, once opened, what it says.

    `place` is its binding and what its keys are for. A text that did not change is sealed again when its place did: a
    preview that moved on to another day must not end with the old one.
    """

    __slots__ = ("place", "sealed", "text")

    def __init__(self, sealed: Sealed, text: str | bytes | None = None, place: object = None) -> None:
        self.sealed, self.text, self.place = sealed, text, place


class _SealedAttribute:
    """Opens at first access. The row's `__dict__` holds the text or the record, and a _Stored beside it."""

    def __init__(self, field: "EncryptedTextField[Any, Any]") -> None:
        self.field = field
        self.name = field.attname
        self.stored_name = f"_stored_{field.attname}"

    def __get__(self, row: Any, cls: type | None = None) -> Any:
        if row is None:
            return self
        if self.name not in row.__dict__:
            stored = type(row)._base_manager.using(row._state.db).values_list(self.name, flat=True)
            self.__set__(row, stored.get(pk=row.pk))
        value = row.__dict__[self.name]
        if isinstance(value, Sealed):
            known: _Stored = row.__dict__[self.stored_name]
            self.field.open(row, known)
            value = row.__dict__[self.name] = known.text
        return value

    def __set__(self, row: Any, value: Any) -> None:
        if isinstance(value, Sealed):
            row.__dict__[self.stored_name] = _Stored(value)
        elif isinstance(value, bytes | memoryview):
            self.field.check_bytes()
        row.__dict__[self.name] = value


class EncryptedTextField(_TextField[_Set, _Get]):
    """Text sealed under all of `keys` together. Accepts null, blank and max_length (characters, checked by forms).

    Reading raises `KeyDestroyed` or `Undecryptable`; saving raises `CannotSeal` when the row lacks its id or what its
    keys are named after. There is no look-up by content; `isnull` works.
    """

    description = "Text, sealed at rest"
    descriptor_class = _SealedAttribute

    def __init__(self, *args: Any, keys: Sequence[KeySource] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = tuple(keys)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "tenancy.encryption.EncryptedTextField", args, {**kwargs, "keys": list(self.keys)}

    def get_internal_type(self) -> str:
        return "BinaryField"

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_keys()]

    def _check_keys(self) -> Iterable[checks.CheckMessage]:
        if not self.keys or len({key.of_installation for key in self.keys}) != 1:
            yield checks.Error("keys must name at least one key, all of an organization or all of none.", obj=self)
        for key in self.keys:
            if key.attribute is None:
                continue
            try:
                field = self.model._meta.get_field(key.attribute.removesuffix("_id"))
            except FieldDoesNotExist:
                field = None
            if field is None and not hasattr(self.model, key.attribute):
                yield checks.Error(f"{key} names an attribute that the model does not have.", obj=self)
            if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
                yield checks.Error(f"{key} needs a time known before the insert: default=timezone.now.", obj=self)

    # --- Towards the database ---

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        """The record to store; the stored one if the text did not change."""
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Sealed) and not add:
            return value
        value = getattr(model_instance, self.attname)
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return self.seal(model_instance, self.to_python(value))

    def seal(self, row: Any, text: Any, *, anew: bool = False) -> Sealed:
        """Seal `text` for this column of `row`; the same record again while it says the same, unless `anew`."""
        binding = self._binding(row)
        wanted = [(key.kind, key.scope(row)) for key in self.keys]
        stored: _Stored | None = row.__dict__.get(f"_stored_{self.attname}")
        if stored and not anew and self._still_says(row, stored, text, (binding, wanted)):
            return stored.sealed
        organization = self.organization_of(row)
        keys = [_keyring().current(organization, kind, scope) for kind, scope in wanted]
        sealed = Sealed(records.seal(self.to_record(text), keys, binding))
        row.__dict__[f"_stored_{self.attname}"] = _Stored(sealed, text, (binding, wanted))
        return sealed

    def pre_save_all(self, rows: Sequence[Any], *, add: bool) -> list[Any]:
        """`pre_save` of many rows; what those of one organization share is worked out once."""
        if not rows:
            return []
        organization, stored_name = self.organization_of(rows[0]), f"_stored_{self.attname}"
        column, known = self.column_binding(organization), dict[tuple[str, str], Any]()
        found = []
        for row, chance in zip(rows, records.chances(len(rows)), strict=True):
            text, stored = row.__dict__.get(self.attname), row.__dict__.get(stored_name)
            is_new = type(text) is str and (stored is None or stored.text is None) and row.pk is not None
            if not is_new or self.organization_of(row) != organization:
                found.append(self.pre_save(row, add))
                continue
            wanted = [(key.kind, key.scope(row)) for key in self.keys]
            for pair in wanted:
                if pair not in known:
                    known[pair] = _keyring().current(organization, *pair)
            place = column + records.lengths_first(str(row.pk))
            sealed = Sealed(records.seal(self.to_record(text), [known[pair] for pair in wanted], place, chance))
            row.__dict__[stored_name] = _Stored(sealed, text, (place, wanted))
            found.append(sealed)
        return found

    def _still_says(self, row: Any, stored: _Stored, text: Any, place: object) -> bool:
        """A record that nobody has looked at is not opened only to be compared: sealing anew costs no more."""
        return stored.text is not None and stored.text == text and stored.place == place

    # --- What a record holds ---

    def check_bytes(self) -> None:
        """Raises CannotSeal: the column takes text."""
        raise CannotSeal(f"{self} takes text, not bytes")

    def to_record(self, value: Any) -> bytes:
        """The bytes to be sealed."""
        return cast(bytes, value.encode())

    def from_record(self, raw: bytes) -> str | bytes:
        """What was sealed."""
        return raw.decode()

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, Sealed):
            return value
        raise CannotSeal(f"{self}: {_WHAT_TO_DO}")

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        value = value if prepared else self.get_prep_value(value)
        return None if value is None else bytes(value)

    def from_db_value(self, value: Any, *args: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self}: an encrypted column cannot be searched; use a blind index")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self}: an encrypted column cannot be searched; use a blind index")

    # --- From the database ---

    def open(self, row: Any, stored: _Stored) -> None:
        """Decrypt `stored`, which was read for this column of `row`. Raises KeyDestroyed or Undecryptable."""
        if stored.sealed == ENDED:
            raise KeyDestroyed(f"{self} of {row.pk} has ended")
        binding = self._binding(row)
        ids = records.key_ids(stored.sealed)
        found = _keyring().by_ids(self.organization_of(row), ids)
        keys = [found[key_id] for key_id in ids]
        stored.text = self.from_record(records.unseal(stored.sealed, keys, binding))
        stored.place = (binding, [(key.kind, key.scope) for key in keys])

    def opener(self, row: Any, record: bytes) -> bytes:
        """What opens this record of `row`, and no other (`records.opener_of`). Raises KeyDestroyed or Undecryptable."""
        ids = records.key_ids(record)
        found = _keyring().by_ids(self.organization_of(row), ids)
        return records.opener_of(record, [found[key_id] for key_id in ids])

    def opened_by(self, row: Any, record: bytes, opener: bytes) -> Any:
        """What a record of this column of `row` says, by its opener. Raises Undecryptable."""
        return self.from_record(records.unseal_by(record, opener, self._binding(row)))

    def read_all(self, organization: UUID, records_by_row: Mapping[UUID, bytes]) -> dict[UUID, str | bytes | None]:
        """What many rows' records of this column say, by the row's id; None where a key was destroyed or it has ended.

        In their order. For what is compared and shown to nobody: keys that this process holds will do. Raises
        Undecryptable.
        """
        sealed = [(pk, one, records.key_ids(one)) for pk, one in records_by_row.items() if one != ENDED]
        wanted = {key_id for _, _, key_ids in sealed for key_id in key_ids}
        held = _keyring().refresh(organization, wanted, held_will_do=True)
        said: dict[UUID, str | bytes | None] = dict.fromkeys(records_by_row)
        column = self.column_binding(organization)
        for pk, record, key_ids in sealed:
            keys = [held[key_id] for key_id in key_ids if key_id in held]
            if len(keys) == len(key_ids):
                place = column + records.lengths_first(str(pk))
                said[pk] = self.from_record(records.unseal(record, keys, place))
        return said

    def organization_of(self, row: Any) -> UUID:
        """Whose keys seal this column of `row`."""
        return INSTALLATION if self.keys[0].of_installation else cast(UUID, row.organization_id)

    def _binding(self, row: Any) -> bytes:
        if row.pk is None:
            raise CannotSeal(f"{self}: the row needs its id before an encrypted column is used")
        return self._place(self.organization_of(row), row.pk)

    def _place(self, organization: UUID, pk: Any) -> bytes:
        return self.column_binding(organization) + records.lengths_first(str(pk))

    def column_binding(self, organization: UUID) -> bytes:
        """How the bindings of all rows of this column begin."""
        return _column_of(organization, self.model._meta.db_table, self.attname)


@lru_cache(maxsize=1024)
def _column_of(organization: UUID, table: str, column: str) -> bytes:
    return records.lengths_first(organization.bytes, table, column)


@cache
def encrypted_fields(model: type[models.Model]) -> tuple[EncryptedTextField[Any, Any], ...]:
    """The encrypted columns of `model`."""
    return tuple(field for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField))


def readable(row: models.Model, attribute: str, default: str | None = None) -> str | None:
    """The attribute's text, or `default` when its key was destroyed. Altered data still raises Undecryptable.

    Of what is withheld: words that say so where `default` is words, else `default`.
    """
    try:
        return cast("str | None", getattr(row, attribute))
    except Withheld:
        return gettext("Hidden until somebody decides how long it is kept") if default else default
    except KeyDestroyed:
        return default


def is_withheld(row: models.Model, attribute: str) -> bool:
    """Whether the attribute's text is there and hidden from everybody (`tenancy.encryption.withholding`)."""
    try:
        getattr(row, attribute)
    except Withheld:
        return True
    except KeyDestroyed:
        return False
    return False


@cache
def _keyring() -> Any:
    """Imported late: models are made of these fields, and the keyring reads models."""
    from tenancy.encryption import keyring

    return keyring
