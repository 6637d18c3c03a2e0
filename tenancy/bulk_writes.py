"""Many rows of one model written by one statement each: `INSERT ... SELECT` and `UPDATE ... FROM unnest(...)`.

Django's `bulk_update` writes a CASE for each column and row, and its `bulk_create` a placeholder for each value of a
model with a binary column; both cost more than the rows themselves. Here a column is one array. Encrypted columns are
sealed as `save` would. Rows to be changed must be locked by the caller or its alone, since what they hold is written
whatever the database holds by then.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from types import NoneType
from typing import Any
from uuid import UUID

from django.db import connection, models

from tenancy.arrays import array_of
from tenancy.encryption import EncryptedTextField
from tenancy.isolation import TenantModel, current_organization_id


def insert_rows(rows: Sequence[TenantModel]) -> None:
    """Store new rows of one model, whose values are all known here: no `db_default`, no expression.

    Raises ValueError for rows of several models, and what the database raises, as for a row that exists.
    """
    if not rows:
        return
    model = _model_of(rows)
    fields = model._meta.concrete_fields
    with connection.cursor() as cursor:
        cursor.execute(_insert(model), [_column(field, rows, add=True) for field in fields])
    for row in rows:
        row._state.adding, row._state.db = False, "default"


def update_rows(rows: Sequence[TenantModel], fields: Sequence[str]) -> int:
    """Write these fields of all rows: of one model, of the active organization. Returns how many there were.

    Raises ValueError for rows of several models.
    """
    if not rows:
        return 0
    model = _model_of(rows)
    columns: list[Any] = [model._meta.pk, *(model._meta.get_field(name) for name in fields)]
    with connection.cursor() as cursor:
        values = [_column(field, rows, add=False) for field in columns]
        cursor.execute(_update(model, tuple(fields)), [*values, current_organization_id()])
        return int(cursor.rowcount)


def _model_of(rows: Sequence[TenantModel]) -> type[TenantModel]:
    model = type(rows[0])
    if any(type(row) is not model for row in rows):
        raise ValueError("the rows are of several models")
    return model


@cache
def _insert(model: type[TenantModel]) -> str:
    fields: list[Any] = list(model._meta.concrete_fields)
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    return f"INSERT INTO {table} ({names}) SELECT * FROM unnest({_arrays(fields)})"  # noqa: S608 - names of our models


@cache
def _update(model: type[TenantModel], changed: tuple[str, ...]) -> str:
    quote = connection.ops.quote_name
    fields: list[Any] = [model._meta.get_field(name) for name in changed]
    key: Any = model._meta.pk
    names = [quote(field.column) for field in fields]
    return (
        f"UPDATE {quote(model._meta.db_table)} AS stored"  # noqa: S608 - names of our own models
        f" SET {', '.join(f'{name} = new.{name}' for name in names)}"
        f" FROM unnest({_arrays([key, *fields])}) AS new({', '.join([quote(key.column), *names])})"
        f" WHERE stored.organization_id = %s AND stored.{quote(key.column)} = new.{quote(key.column)}"
    )


def _arrays(fields: Sequence[Any]) -> str:
    return ", ".join(f"%s::{_type(field)}[]" for field in fields)


@cache
def _type(field: Any) -> str:
    """The column's type without its length."""
    return str(field.db_type(connection)).partition("(")[0]


def _column(field: Any, rows: Sequence[TenantModel], *, add: bool) -> Any:
    values = _values(field, rows, add=add)
    if isinstance(field, models.BinaryField):  # as they are: Django would wrap each for the driver
        return array_of("bytea", values)
    if isinstance(field, models.JSONField):
        return array_of("jsonb", [None if value is None else json.dumps(value, cls=field.encoder) for value in values])
    kind = _type(field)
    if not _goes_as_it_is(field, kind, values):
        values = [field.get_db_prep_save(value, connection) for value in values]
    return array_of(kind, values)


def _values(field: Any, rows: Sequence[TenantModel], *, add: bool) -> list[Any]:
    """As the field would read them; of a plain one, whose every row is loaded, without asking it for each."""
    if type(field).pre_save is models.Field.pre_save and all(field.attname in row.__dict__ for row in rows):
        return [row.__dict__[field.attname] for row in rows]
    if isinstance(field, EncryptedTextField):
        return field.pre_save_all(rows, add=add)
    return [field.pre_save(row, add) for row in rows]


_AS_THEY_ARE: dict[str, type] = {
    "uuid": UUID,
    "text": str,
    "varchar": str,
    "smallint": int,
    "integer": int,
    "bigint": int,
    "boolean": bool,
    "timestamp with time zone": datetime,
}


def _goes_as_it_is(field: Any, kind: str, values: Sequence[Any]) -> bool:
    """Whether Django's own field would hand on each value unchanged: it asks the connection for every single one."""
    wanted = _AS_THEY_ARE.get(kind)
    if wanted is None or not _prepares_as_django(type(field)):  # type: ignore[arg-type]
        return False
    types = set(map(type, values)) - {NoneType}
    if wanted is str:  # a choice is one, too; a reference makes nothing of ""
        return not field.is_relation and all(issubclass(one, str) for one in types)
    if not types <= {wanted}:
        return False
    return wanted is not datetime or all(value is None or value.tzinfo is not None for value in values)


@cache
def _prepares_as_django(kind: type) -> bool:
    """Whether a class of fields is Django's own, or leaves to it what is made of a value."""
    prepares = (kind.get_prep_value, kind.get_db_prep_value, kind.get_db_prep_save)  # type: ignore[attr-defined]
    return all(one.__module__.startswith("django.db.models.fields") for one in prepares)
