"""Moments are read as Django reads them."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from hypothesis import given
from hypothesis import strategies as st

from config.postgresql.moments import MomentLoader

pytestmark = pytest.mark.django_db


class Usual(BaseTzLoader):  # type: ignore[misc]
    """What Django registers for UTC."""

    timezone = UTC


def both(text: str, context: object = None) -> list[object]:
    """What ours and Django's make of it, an error as its kind."""
    found: list[object] = []
    for loader in (MomentLoader, Usual):
        try:
            at = loader(1184, context).load(text.encode())
            found.append((at, at.tzinfo))
        except Exception as error:
            found.append(type(error))
    return found


@given(st.datetimes(), st.integers(0, 6))
def test_moments_are_those_that_django_reads(at: datetime, digits: int) -> None:
    fraction = f"{at.microsecond:06}"[:digits].rstrip("0")
    ours, usual = both(f"{at:%Y-%m-%d %H:%M:%S}".rjust(19, "0") + (f".{fraction}" if fraction else "") + "+00")
    assert ours == usual
    assert isinstance(ours, tuple)


@pytest.mark.parametrize(
    "text",
    [
        "infinity",
        "-infinity",
        "0044-03-15 12:00:00+00 BC",
        "12026-01-01 00:00:00+00",
        "2026-11-27 19:00:00.5+05:30",
        "2026-11-27 19:00:00-08",
        "2026-11-27",
        "",
    ],
)
def test_what_is_no_ordinary_moment_is_left_to_django(text: str) -> None:
    ours, usual = both(text)
    assert ours == usual


def test_the_product_reads_them_so_in_any_zone_of_the_session() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT '2026-11-27 19:00:00.25+00'::timestamptz")
        (at,) = cursor.fetchone()
        loader = cursor.adapters.get_loader(1184, 0)
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Kolkata'")
        cursor.execute("SELECT '2026-11-27 19:00:00.25+00'::timestamptz")
        (there,) = cursor.fetchone()
    assert loader is MomentLoader
    assert at == datetime(2026, 11, 27, 19, 0, 0, 250_000, UTC)
    assert there.replace(tzinfo=None) == datetime(2026, 11, 28, 0, 30, 0, 250_000)
