"""Try a restore, as often as backups are to be believed: once a week. A backup that nobody restored is a hope.

The copy is restored by the same code as at three in the morning, into two new databases on a server of its own that is
thrown away (or on one that is named), checked, and dropped. Nothing is opened, nothing leaves: no worker is ever told
of these databases. What came of it is kept (`RestoreDrill`), so that everyone can see how long ago one passed.
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from psycopg import sql
from psycopg.conninfo import make_conninfo

from retention.backups import programs, restoring
from retention.backups.checking import Report
from retention.backups.errors import BackupError
from retention.backups.making import connect
from retention.backups.restoring import Chosen, Say
from retention.backups.tombstones import Tombstones
from retention.models import RestoreDrill

LIMIT = timedelta(days=8)
"""A drill a week, and a day to run it again."""

_PREFIX = "parley_drill_"
_LOCK = 7_203_511_846  # one drill at a time on a server
_KEPT = timedelta(days=400)


@dataclass(frozen=True)
class Drilled:
    """The row that was kept, and the report; None when there was none to make."""

    row: RestoreDrill
    report: Report | None


def drill(chosen: Chosen, *, server_url: str, known: Tombstones, folder: Path | None, say: Say) -> Drilled:
    """Restore it beside everything else, check it, keep what came of it. `server_url`: as a role that makes databases.

    `folder` has the checkpoints to compare with; it is only read.
    """
    began, report, problem = time.monotonic(), None, ""
    try:
        with _place(server_url) as (main_url, keys_url):
            report = restoring.restore(
                chosen, main_url=main_url, keys_url=keys_url, known=known, folder=folder, for_good=False, say=say
            )
    except BackupError as error:
        problem = str(error)
    row = RestoreDrill.objects.create(
        passed=report is not None and report.passed,
        backup=chosen.of_main.name,
        taken_at=chosen.of_main.taken_at,
        seconds=round(time.monotonic() - began, 1),
        problem=problem[:300],
        report=report.as_json() if report else {},
    )
    RestoreDrill.objects.filter(at__lt=timezone.now() - _KEPT).exclude(pk=row.pk).delete()
    return Drilled(row, report)


def note_failure(problem: str) -> None:
    """There was nothing that could be restored."""
    RestoreDrill.objects.create(passed=False, seconds=0, problem=problem[:300])


@contextmanager
def throw_away_server() -> Iterator[str]:
    """A server for one drill. Raises BackupError when this installation cannot start one."""
    start = import_string(settings.RETENTION_DRILL_SERVER)
    with ExitStack() as stack:
        try:
            url = stack.enter_context(start())
        except (RuntimeError, OSError) as error:
            raise BackupError(f"{error} Or name a server to restore to with --server-url.") from None
        yield str(url)


@contextmanager
def _place(server_url: str) -> Iterator[tuple[str, str]]:
    """Two empty databases, gone afterwards; also those that a killed drill left."""
    with connect(server_url, "the drill's server") as server:
        server.autocommit = True
        [(alone,)] = server.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchall()
        if not alone:
            raise BackupError("Another drill runs on this server.")
        try:
            _drop(server)
            names = [f"{_PREFIX}{part}_{secrets.token_hex(4)}" for part in ("main", "keys")]
            for name in names:
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            main_url, keys_url = (_on(server_url, name) for name in names)
            yield main_url, keys_url
        finally:
            if not server.closed:
                _drop(server)


def _drop(server: psycopg.Connection[tuple[str]]) -> None:
    found = server.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE %s AND pg_has_role(datdba, 'USAGE')", [f"{_PREFIX}%"]
    ).fetchall()
    for (name,) in found:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _on(server_url: str, database: str) -> str:
    programs.connection_of(server_url)
    return make_conninfo(server_url, dbname=database)


# --- How long ago ---


def age() -> float | None:
    """Seconds since a drill passed; None when none ever did. Raises DatabaseError."""
    last = RestoreDrill.objects.filter(passed=True).order_by("-at").values_list("at", flat=True).first()
    return None if last is None else max(0.0, (timezone.now() - last).total_seconds())


def overdue() -> bool:
    """No drill passed within LIMIT. Raises DatabaseError."""
    seconds = age()
    return seconds is None or seconds > LIMIT.total_seconds()


def sentence() -> str:
    """For people: when one passed, and what to do if that is too long ago. Raises DatabaseError."""
    seconds = age()
    if seconds is None:
        return "none has passed yet; run manage.py restore_drill"
    ago = f"{seconds / 3600:.0f} hours" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days"
    late = "; run manage.py restore_drill" if overdue() else ""
    return f"passed {ago} ago{late}"
