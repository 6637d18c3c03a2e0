"""What is written as one array comes back as it was, whatever it holds."""

import os
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from django.db import connection

from tenancy import arrays
from tenancy.ids import new_id

pytestmark = pytest.mark.django_db

TEXTS = [
    '"',
    "\\",
    '\\"',
    "{a,b}",
    "NULL",
    "null",
    "",
    " ",
    "a,b",
    "\n\t",
    "'; DROP TABLE x; --",
    "%s",
    "Grüße 🛑",
    None,
]
MOMENTS = [datetime(2026, 3, 1, 23, 59, 59, 999999, UTC), datetime(1999, 1, 1, tzinfo=timezone(timedelta(hours=-9)))]


def back(written: object, column: str) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT v FROM unnest(%s::{column}[]) WITH ORDINALITY AS u (v, n) ORDER BY n", [written])
        return [bytes(value) if isinstance(value, memoryview) else value for (value,) in cursor.fetchall()]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("text", TEXTS),
        ("uuid", [new_id(), None, UUID(int=0), UUID(int=1)]),
        ("bytea", [b"", b"\\x00", b"'\x00\xff\"", None, os.urandom(300)]),
        ("integer", [0, -1, None, 2**31 - 1]),
        ("double precision", [0.1, -1e-300, None, 12.0]),
        ("boolean", [True, False, None]),
        ("timestamp with time zone", [*MOMENTS, None]),
        ("text", []),
        ("uuid", []),
    ],
)
def test_values_come_back_as_they_were(column: str, values: list[object]) -> None:
    assert back(arrays.array_of(column, values), column) == values


def test_a_type_that_is_not_known_stays_a_list() -> None:
    assert arrays.array_of("date", (day for day in [MOMENTS[0].date()])) == [MOMENTS[0].date()]
