"""Disks without room: for the files that one process writes, and for the database's tables."""

import os
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from config.embedded.processes import server_account

TABLES = ("texting_message", "texting_outboxentry", "texting_statusevent", "tenancy_auditevent")
SIZE = 64 * 1024 * 1024  # of the disk that gets full
LEAST_ROOM = 8192  # bytes: less than this is no page of PostgreSQL's


@contextmanager
def no_room_for_files_of(pid: int) -> Iterator[None]:
    """Whatever this process writes into a file fails, as on a full disk (EFBIG instead of ENOSPC)."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


class NoMount(Exception):
    """Only root may make a small disk."""


@contextmanager
def a_disk_for_tables() -> Iterator[Path]:
    """The tables that texts fill stand on a disk of their own; its folder."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        disk = Path(folder) / "disk"
        disk.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", str(disk)]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            raise NoMount
        try:
            yield from _with_tables_on(disk)
        finally:
            subprocess.run(["umount", str(disk)], check=True)  # noqa: S607 - fixed


def _with_tables_on(disk: Path) -> Iterator[Path]:
    place = disk / "tables"
    place.mkdir(mode=0o700)
    if account := server_account():
        for folder in (disk, place):
            os.chown(folder, account.uid, account.gid)
    with _superuser() as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        try:
            _move(connection, "small")
            yield disk
        finally:
            (disk / "filler").unlink(missing_ok=True)
            _move(connection, "pg_default")
            connection.execute("DROP TABLESPACE small")


def _move(connection: psycopg.Connection, where: str) -> None:
    for table in TABLES:
        connection.execute(f"ALTER TABLE {table} SET TABLESPACE {where}")
        indexes = connection.execute("SELECT indexname FROM pg_indexes WHERE tablename = %s", [table]).fetchall()
        for (index,) in indexes:
            connection.execute(f'ALTER INDEX "{index}" SET TABLESPACE {where}')


def fill(disk: Path) -> None:
    """Until nothing more fits."""
    with (disk / "filler").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * LEAST_ROOM)


def free(disk: Path) -> None:
    (disk / "filler").unlink()


def _superuser() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"].replace("//parley_app@", "//postgres@", 1), autocommit=True)
