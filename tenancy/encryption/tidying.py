"""Writing over what destroyed keys leave on the disk of the `keys` database.

A row that is deleted stays in its table's file, and a key that was ever stored stays in the write-ahead log, until
PostgreSQL needs the space: whoever has that disk and ROOT_KEY could open it. So the tables of keys are written anew,
which copies only what is there, and the log is brought to where all of its older files are deleted. `tidy` has done so
only when it has seen both: the server says how many dead rows it had to copy, and which files of the log there are.

The application does it by itself (`due`), with rights of its role that are no owner's: to have these tables rewritten
(MAINTAIN), to make a checkpoint and to list the log's files. It waits for the tables at most LOCK_SECONDS at a time,
since whoever needs a key waits behind it. Large tables, of which a rewriting takes longer than anybody should wait by
day, are written anew once a night, for as long as they need.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from django.db import connections
from django.db.models import Count
from django.utils import timezone
from psycopg import sql

from tenancy.crash_points import crash_here
from tenancy.encryption import tidying_obstacles
from tenancy.models.data_key import DataKey, KeptForm, KeyTidying, OrganizationKey
from tenancy.models.organization import Organization
from tenancy.routers import KEYS

LIMIT = timedelta(hours=24)
"""Keys that were destroyed longer ago than this and are not written over: something keeps it from being done."""
DAILY = timedelta(hours=20)
PAUSE = timedelta(hours=1)
"""Between two, also after one that failed: each fills the log, which may be what could not be deleted."""
LOCK_SECONDS = 2.0
REWRITE_SECONDS = 20.0
"""A table of a hundred thousand keys takes up to two seconds; whoever needs one waits that long."""
LARGE = 100 << 20
"""Bytes of all tables with their indexes: two hundred thousand keys. A million (480 MB) took 11 to 25 seconds."""
SLOWEST = 4 << 20
"""Bytes a second at which a table is rewritten at the least, on a machine that is busy with other things."""
QUIET = range(4, 6)
"""Hours of the clock that most organizations have: most purges are over then, and nobody texts customers yet."""
ONCE_A_NIGHT = timedelta(hours=6)

_TRIES, _BETWEEN = 4, 3.0  # seconds
_WRITERS_SECONDS = 30.0
_MOST_FILES = 80  # of the log, usually 16 MB each
_FILLER = 4 << 20  # bytes
_NAME_LENGTH = 24  # of a file of the log
_KEPT = timedelta(days=100)
_SKEW = timedelta(seconds=5)  # between the clocks of two servers
_TABLES = tuple(model._meta.db_table for model in (DataKey, OrganizationKey, KeptForm))
_FIRST_NUMBER = re.compile(r"\d+")

Connection = psycopg.Connection[Any]


class NotTidied(Exception):
    """It could not be done now; the message says why, with no data in it."""


class Obstructed(NotTidied):
    """It cannot be done here, and nothing was begun."""


def tidy(*, rewrite_seconds: float | None = None) -> KeyTidying:
    """Write over what every key left that was destroyed before now. Twice is once; who died half-way does it again.

    `rewrite_seconds`: how long one table may take; as long as its size needs without it. Raises NotTidied,
    DatabaseError.
    """
    with _connected() as connection:
        if found := obstacles(connection):
            raise Obstructed("; ".join(found))
        begun_at, mark = _now(connection), _mark(connection)
        _wait_for_writers(connection)
        sizes = _sizes(connection)
        if sum(sizes.values()) > LARGE:
            connection.execute("SET maintenance_work_mem = '256MB'")  # indexes are most of the work
        for table in _TABLES:
            _rewrite(connection, table, rewrite_seconds or max(REWRITE_SECONDS, sizes[table] / SLOWEST))
        crash_here("after_keys_rewritten")
        _end_log(connection)
        done = KeyTidying.objects.create(begun_at=begun_at, ended_at=_now(connection), mark=mark)
    KeyTidying.objects.filter(begun_at__lt=begun_at - _KEPT).delete()
    return done


def due() -> bool:
    """Whether it is time: an hour after the last one when anything was deleted since, and each day in any case. Of
    large tables once in the quiet hours of a night; later only when none was for a day.
    """
    last = _last()
    if last is None:
        return True
    with connections[KEYS].cursor() as cursor:
        now = _now(cursor)
        age = now - last.begun_at
        if sum(_sizes(cursor).values()) > LARGE:
            return age >= LIMIT or (age >= ONCE_A_NIGHT and now.astimezone(_zone()).hour in QUIET)
        return age >= DAILY or (age >= PAUSE and _mark(cursor) != last.mark)


def _zone() -> ZoneInfo:
    """The one that most organizations have."""
    zones = Organization.objects.order_by().values_list("time_zone").annotate(number=Count("pk"))
    found = zones.order_by("-number", "time_zone").first()
    return ZoneInfo(found[0] if found else "UTC")


def obstacles(connection: Any = None) -> list[str]:
    """What keeps this role on this server from doing it at all, for whoever runs the installation."""
    if connection is None:
        with connections[KEYS].cursor() as cursor:
            return obstacles(cursor)
    return tidying_obstacles.obstacles(connection, _TABLES)


# --- The parts of it ---


@contextmanager
def _connected() -> Iterator[Connection]:
    """One of its own: tables are not rewritten within a transaction, and its limits are nobody else's."""
    parameters = connections[KEYS].get_connection_params()
    with psycopg.connect(**{**parameters, "cursor_factory": psycopg.Cursor}, autocommit=True) as connection:
        yield connection


def _now(connection: Any) -> datetime:
    [(now,)] = connection.execute("SELECT clock_timestamp()").fetchall()
    return now  # type: ignore[no-any-return]


_MARK = """
SELECT coalesce(string_agg(format('%%s %%s', n_tup_del, n_tup_upd), ', ' ORDER BY relname), '')
FROM pg_stat_user_tables WHERE relname = ANY(%s)
"""


def _mark(connection: Any) -> str:
    """How much was deleted and altered. It begins anew when the server crashed, so it is compared, not counted with."""
    [(mark,)] = connection.execute(_MARK, [list(_TABLES)]).fetchall()
    return str(mark)


def _sizes(connection: Any) -> dict[str, int]:
    """Bytes of each table, with its indexes."""
    asked = "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relname = ANY(%s) AND relkind = 'r'"
    return dict(connection.execute(asked, [list(_TABLES)]).fetchall())


def _wait_for_writers(connection: Connection) -> None:
    """Until every transaction has ended that wrote anything when this began, on the whole server.

    Rows that were deleted since the oldest one began are copied by a rewriting: somebody might still see them.
    """
    [(wanted,)] = connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchall()
    until = time.monotonic() + _WRITERS_SECONDS
    while True:
        [(oldest,)] = connection.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint").fetchall()
        if oldest >= wanted:
            return
        if time.monotonic() > until:
            raise NotTidied("a transaction that writes has been open for too long")
        time.sleep(0.2)


def _rewrite(connection: Connection, table: str, seconds: float) -> None:
    """Write the table anew, without any row that is deleted, or raise NotTidied."""
    said: list[str] = []
    connection.add_notice_handler(lambda notice: said.append(notice.message_detail or ""))
    connection.execute(sql.SQL("SET lock_timeout = {}").format(round(LOCK_SECONDS * 1000)))
    connection.execute(sql.SQL("SET statement_timeout = {}").format(round((LOCK_SECONDS + seconds) * 1000)))
    why = ""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_BETWEEN)
        said.clear()
        try:
            connection.execute(sql.SQL("VACUUM (FULL, VERBOSE) {}").format(sql.Identifier(table)))
        except psycopg.errors.LockNotAvailable:
            why = f"{table} is in use"
            continue
        except psycopg.errors.QueryCanceled:
            raise NotTidied(f"{table} could not be written anew within {seconds:g} seconds") from None
        dead = [int(number[0]) for detail in said if (number := _FIRST_NUMBER.search(detail))]
        if dead == [0]:
            connection.execute("RESET statement_timeout")
            return
        why = f"{table} has {dead[0]} deleted rows that an open transaction may see" if dead else f"{table} was skipped"
    raise NotTidied(why)


def _end_log(connection: Connection) -> None:
    """Bring the write-ahead log to where none of its present files is needed, and see that all of them are gone."""
    old = _log_files(connection)
    filled = 0
    while _log_file(connection) <= max(name[:_NAME_LENGTH] for name in old):
        if filled > _MOST_FILES * _bytes_of_file(connection):
            raise NotTidied("the write-ahead log has too many files that were renamed for new use")
        connection.execute("SELECT pg_logical_emit_message(false, 'parley', repeat('0', %s))", [_FILLER])
        filled += _FILLER
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_BETWEEN)
        connection.execute("CHECKPOINT")
        left = old & _log_files(connection)
        if not left:
            return
    raise NotTidied(f"{len(left)} files of the write-ahead log are kept: by a slot, wal_keep_size or its archiving")


def _log_files(connection: Connection) -> set[str]:
    """With those of a former timeline that ended within a file."""
    named = "SELECT name FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}([.]partial)?$'"
    return {name for (name,) in connection.execute(named)}


def _log_file(connection: Connection) -> str:
    [(name,)] = connection.execute("SELECT pg_walfile_name(pg_current_wal_insert_lsn())").fetchall()
    return str(name)


def _bytes_of_file(connection: Connection) -> int:
    [(size,)] = connection.execute("SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'").fetchall()
    return int(size)


# --- What is known of it ---


def written_over_at(destroyed_by: datetime) -> datetime | None:
    """When what keys left that were destroyed by then was written over; None: not yet. Raises DatabaseError."""
    since = KeyTidying.objects.filter(begun_at__gt=destroyed_by + _SKEW)
    return since.order_by("ended_at").values_list("ended_at", flat=True).first()


def written_over_before() -> datetime | None:
    """What keys left that were destroyed before then is written over; None: it never was. Raises DatabaseError."""
    last = _last()
    return None if last is None else last.begun_at - _SKEW


def age() -> float | None:
    """Seconds since the last one that was finished had begun; None when none was. Raises DatabaseError."""
    last = _last()
    return None if last is None else max(0.0, (timezone.now() - last.begun_at).total_seconds())


def overdue() -> bool:
    """None was within LIMIT. Raises DatabaseError."""
    seconds = age()
    return seconds is None or seconds > LIMIT.total_seconds()


def sentence() -> str:
    """For whoever runs the installation. Raises DatabaseError."""
    seconds = age()
    if seconds is None:
        return "what they left was never written over; run manage.py tidy_keys"
    late = "; run manage.py tidy_keys" if overdue() else ""
    return f"written over {seconds / 3600:.0f} hours ago{late}"


def _last() -> KeyTidying | None:
    return KeyTidying.objects.order_by("-begun_at").first()
