"""Many rows of one model changed by one statement: `UPDATE ... FROM unnest(...)`.

Django's `bulk_update` writes a CASE for each column and row, which costs more than the rows themselves; here a column
is one array. Encrypted columns are sealed as `save` would. The rows must be locked by the caller or its alone, since
what they hold is written whatever the database holds by then.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models

from tenancy.isolation import TenantModel, current_organization_id


def update_rows(rows: Sequence[TenantModel], fields: Sequence[str]) -> int:
    """Write these fields of all rows: of one model, of the active organization. Returns how many there were.

    Raises ValueError for rows of several models.
    """
    if not rows:
        return 0
    model = type(rows[0])
    if any(type(row) is not model for row in rows):
        raise ValueError("the rows are of several models")
    columns: list[Any] = [model._meta.get_field(name) for name in fields]
    key: Any = model._meta.pk
    quote = connection.ops.quote_name
    names = [quote(field.column) for field in columns]
    arrays = ", ".join(f"%s::{_array_type(field)}" for field in (key, *columns))
    statement = (
        f"UPDATE {quote(model._meta.db_table)} AS stored"  # noqa: S608 - names of our own models
        f" SET {', '.join(f'{name} = new.{name}' for name in names)}"
        f" FROM unnest({arrays}) AS new({', '.join([quote(key.column), *names])})"
        f" WHERE stored.organization_id = %s AND stored.{quote(key.column)} = new.{quote(key.column)}"
    )
    values: list[Any] = [[row.pk for row in rows]]
    values += [[_value(field, row) for row in rows] for field in columns]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, current_organization_id()])
        return int(cursor.rowcount)


def _value(field: Any, row: models.Model) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add=False), connection)


def _array_type(field: Any) -> str:
    """The column's type without its length, as an array's."""
    return f"{str(field.db_type(connection)).partition('(')[0]}[]"
