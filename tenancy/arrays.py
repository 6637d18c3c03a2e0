"""Many values as one parameter: PostgreSQL's own way of writing an array, for `unnest(%s::uuid[], %s::text[])`.

psycopg writes a list element by element in Python, one of bytes at 30 microseconds each, and a batch has thousands of
elements. These take a fraction of that. What they return is an ordinary parameter, quoted like any other text.

https://www.postgresql.org/docs/18/arrays.html#ARRAYS-IO
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models.expressions import RawSQL


def uuids(values: Iterable[UUID | None]) -> str:
    """For `uuid[]`."""
    return "{" + ",".join(["NULL" if value is None else f"{value.int:032x}" for value in values]) + "}"


def among(values: Iterable[UUID]) -> RawSQL:
    """For `filter(..._id__in=among(ids))`: one array instead of a placeholder for each of a thousand ids."""
    return RawSQL("SELECT unnest(%s::uuid[])", [uuids(values)])


def among_octets(values: Iterable[bytes]) -> RawSQL:
    """The same for `filter(key_id__in=among_octets(ids))`."""
    return RawSQL("SELECT unnest(%s::bytea[])", [octets(values)])


def among_texts(values: Iterable[str]) -> RawSQL:
    """The same for `filter(scope__in=among_texts(scopes))`."""
    return RawSQL("SELECT unnest(%s::text[])", [texts(values)])


def texts(values: Iterable[str | None]) -> str:
    """For `text[]`, and for what is written as text: `jsonb[]`. Of an enumeration the value counts."""
    return "{" + ",".join(["NULL" if value is None else f'"{_escaped(value)}"' for value in values]) + "}"


def numbers(values: Iterable[int | float | None]) -> str:
    """For `int[]`, `float8[]` and `bool[]`."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def moments(values: Iterable[datetime | None]) -> str:
    """For `timestamptz[]`, from aware datetimes."""
    return "{" + ",".join(["NULL" if value is None else f'"{value.isoformat()}"' for value in values]) + "}"


def octets(values: Iterable[bytes | None]) -> str:
    """For `bytea[]`."""
    return "{" + ",".join(["NULL" if value is None else f'"\\\\x{value.hex()}"' for value in values]) + "}"


_WRITERS: dict[str, Callable[[Iterable[Any]], str]] = {
    "uuid": uuids,
    "text": texts,
    "varchar": texts,
    "jsonb": texts,
    "bytea": octets,
    "timestamp with time zone": moments,
    "boolean": numbers,
    "smallint": numbers,
    "integer": numbers,
    "bigint": numbers,
    "double precision": numbers,
}


def array_of(column_type: str, values: Iterable[Any]) -> Any:
    """For an array of a column's type, as Django names it without its length; a list for a type that is not known."""
    write = _WRITERS.get(column_type)
    return write(values) if write else list(values)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
