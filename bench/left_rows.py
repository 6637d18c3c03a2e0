"""All rows that something has left in the database, and COPY of exactly those: like for like.

What is left is found by PostgreSQL's own marks (`xmin`): every row of every table that was written, or written anew,
since a moment, whoever wrote it and in which statement. COPY puts the same rows, as the superuser, into empty tables
with the same columns, defaults, checks, indexes and foreign keys; the last are added by hand, since `LIKE ... INCLUDING
ALL` copies none, and lead to the rows that the others lead to. Our triggers and row security are left out.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import psycopg
from psycopg import sql

Session = psycopg.Connection[Any]
ROUNDS = 3
_PIECE = 1 << 20
_TABLES = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
_KEYS = (
    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f' ORDER BY oid"
)


@dataclass(frozen=True)
class Copied:
    """What was left: rows by table, and how many of all of them COPY writes in a second (the median of the rounds)."""

    rows: dict[str, int]
    a_second: float

    @property
    def total(self) -> int:
        """Of all tables."""
        return sum(self.rows.values())


def now(url: str) -> int:
    """The moment from which rows count: a number of transaction. `url`: the superuser's."""
    with psycopg.connect(url, autocommit=True) as session:
        return int(_one(session, sql.SQL("SELECT pg_current_xact_id()::text")))


def copied_since(url: str, moment: int) -> Copied:
    """Find what was left since then, and copy it. Raises AssertionError where not all of it arrived."""
    with psycopg.connect(url, autocommit=True) as session:
        tables = [name for (name,) in session.execute(_TABLES).fetchall()]
        found = [(name, rows, kept) for name in tables for rows, kept in [_kept(session, name, moment)] if rows]
        try:
            total = sum(rows for _, rows, _ in found)
            rates = [total / sum(_seconds(session, *one) for one in found) for _round in range(ROUNDS)]
        finally:
            for _, _, kept in found:
                kept.close()
    return Copied({name: rows for name, rows, _ in found}, statistics.median(rates))


def _kept(session: Session, name: str, moment: int) -> tuple[int, IO[bytes]]:
    """The rows of one table as COPY writes them, in a file that goes with its closing; and how many there are."""
    where = sql.SQL("FROM {} WHERE xmin::text::bigint >= {}").format(sql.SQL(name), sql.Literal(moment))
    rows = int(_one(session, sql.SQL("SELECT count(*) ") + where))
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - closed when all was copied
    if rows:
        asked = sql.SQL("COPY (SELECT {} {}) TO STDOUT").format(_columns(session, name), where)
        with session.cursor().copy(asked) as copy:
            for part in copy:
                kept.write(bytes(part))
    return rows, kept


def _seconds(session: Session, name: str, rows: int, kept: IO[bytes]) -> float:
    """How long COPY takes for these rows, with its commit."""
    session.execute(sql.SQL("CREATE TABLE bench_left (LIKE {} INCLUDING ALL)").format(sql.SQL(name)))
    for (key,) in session.execute(_KEYS, [name]).fetchall():
        session.execute(sql.SQL("ALTER TABLE bench_left ADD ") + sql.SQL(key))
    asked = sql.SQL("COPY bench_left ({}) FROM STDIN").format(_columns(session, name))
    begun = time.monotonic()
    with session.cursor().copy(asked) as copy:
        for part in _parts(kept):
            copy.write(part)
    spent = time.monotonic() - begun
    found = int(_one(session, sql.SQL("SELECT count(*) FROM bench_left")))
    assert found == rows, f"{found} rows of {name} copied of {rows}"
    session.execute("DROP TABLE bench_left")
    return spent


def _parts(kept: IO[bytes]) -> Iterator[bytes]:
    kept.seek(0)
    while part := kept.read(_PIECE):
        yield part


def _columns(session: Session, name: str) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column) for (column,) in session.execute(_COLUMNS, [name]).fetchall())


def _one(session: Session, asked: sql.SQL | sql.Composed) -> str:
    row = session.execute(asked).fetchone()
    assert row is not None
    return str(row[0])
