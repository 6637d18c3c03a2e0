"""Make a backup of both databases.

**The order.** A row's key is made, and committed, before the row. So the snapshot of the main database is taken first,
that of the keys right after it, and both are then dumped at leisure: each row of the first has its key in the second,
but for keys that were destroyed in between, whose rows were meant to be unreadable. The other way round, what was
written between the two would be lost for ever. "Right after" matters too: a key that `rotate_keys` replaced stays for
an hour, so minutes between the two would do no harm, and here it is milliseconds.

**The role.** Row security is forced on the tables' owner too, and `pg_dump` refuses a role that would not see all rows.
It runs as a role of its own that bypasses row security and can only read (`parley_backup`, see docs/operating.md).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from retention.backups import manifest, programs, sealing, shelf
from retention.backups.errors import BackupError
from retention.backups.manifest import KEYS, MAIN, Manifest
from retention.backups.shelf import Shelf
from tenancy.crash_points import crash_here

_ROLES = """
SELECT DISTINCT pg_get_userbyid(role) FROM (
    SELECT (aclexplode(relacl)).grantee FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION SELECT (aclexplode(defaclacl)).grantee FROM pg_default_acl
    UNION SELECT defaclrole FROM pg_default_acl
) AS granted (role) WHERE role <> 0 ORDER BY 1
"""


@dataclass
class Made:
    """`removed` are names of older copies, with their part before them."""

    main: Manifest
    keys: Manifest
    removed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Snapshot:
    """A database as it was at one moment, for as long as the connection stays open."""

    connection: psycopg.Connection[Any]
    url: str
    id: str
    at: datetime
    server: int


def backup(
    main_url: str, keys_url: str, *, main: Shelf, keys: Shelf, keep: timedelta, keep_keys: timedelta, now: datetime
) -> Made:
    """Make one, and take away what is older than `keep` and `keep_keys`, but the newest.

    Before too, since old keys have to go on days on which no backup can be made. Raises BackupError; then nothing was
    made.
    """

    def remove_older() -> list[str]:
        pairs = ((main, keep), (keys, keep_keys))
        return [f"{each.part} {gone}" for each, time in pairs for gone in each.remove_older(time, now=now)]

    for each in (main, keys):
        each.prepare()
    removed = remove_older()
    key = backup_key()
    name = shelf.new_name(now)
    with ExitStack() as stack:
        of_main = stack.enter_context(_snapshot(main_url, MAIN))
        of_keys = stack.enter_context(_snapshot(keys_url, KEYS))
        # The keys' copy gets its name first: where there is one of the main database, there is one of its keys.
        main_folder = stack.enter_context(main.making(name))
        keys_folder = stack.enter_context(keys.making(name))
        made = Made(
            _copy(of_main, main_folder, name, MAIN, key, heads=_heads(of_main.connection)),
            _copy(of_keys, keys_folder, name, KEYS, key, root_ids=_root_ids(of_keys.connection)),
            removed,
        )
        crash_here("before_backup_named")
    made.removed += remove_older()  # what was the newest until now
    return made


def addresses() -> tuple[str, str]:
    """Of the main database and of the keys', as the role that makes backups. Raises BackupError."""
    found = {name: getattr(settings, name) for name in ("BACKUP_DATABASE_URL", "BACKUP_KEYS_DATABASE_URL")}
    for name, url in found.items():
        if not url:
            raise BackupError(f"{name} is not set; it names the role that makes backups (docs/operating.md).")
    main_url, keys_url = found.values()
    return main_url, keys_url


def backup_key() -> bytes:
    """The 32 bytes of BACKUP_KEY. Raises BackupError when it is not set."""
    key: bytes = settings.BACKUP_KEY
    if not key:
        raise BackupError("BACKUP_KEY is not set: 32 bytes in base64, kept outside every database and backup.")
    return key


def _copy(snapshot: _Snapshot, folder: Path, name: str, part: str, key: bytes, **facts: Any) -> Manifest:
    program = programs.find("pg_dump", server=snapshot.server)
    arguments = ("--format=custom", "--compress=gzip:1", f"--snapshot={snapshot.id}", "--lock-wait-timeout=60s")
    with shelf.told_plainly(folder.parent):
        with programs.reading(program, snapshot.url, *arguments) as dump, shelf.creating(folder, shelf.DATA) as file:
            written = sealing.seal(dump, file, backup_key=key, place=manifest.place(name, part))
        found = Manifest(
            name=name,
            part=part,
            taken_at=snapshot.at,
            size=written.size,
            sha256=written.sha256,
            plain=written.plain,
            server_version=snapshot.server,
            program=program.version,
            migrations=[f"{app}.{done}" for app, done in _all(snapshot, "SELECT app, name FROM django_migrations")],
            census=census(snapshot.connection),
            roles=[role for (role,) in _all(snapshot, _ROLES)],
            **facts,
        )
        content = found.to_bytes()
        shelf.write(folder, shelf.MANIFEST, content)
        shelf.write(folder, shelf.SIGNATURE, manifest.signature(content))
    return found


@contextmanager
def _snapshot(url: str, part: str) -> Iterator[_Snapshot]:
    with connect(url, f"the {part} database") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        connection.execute("SET LOCAL statement_timeout = 0")
        _refuse_blind(connection)
        row = connection.execute("SELECT pg_export_snapshot(), clock_timestamp()").fetchone()
        assert row is not None  # noqa: S101 - a SELECT without FROM
        yield _Snapshot(connection, url, row[0], row[1], connection.info.server_version // 10_000)


@contextmanager
def connect(url: str, what: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own. Raises BackupError when there is none, or when it is lost."""
    programs.connection_of(url)
    try:
        with psycopg.connect(url, connect_timeout=10, options="-c timezone=UTC") as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise BackupError(f"There is no connection to {what}: {str(error).splitlines()[0]}") from None
    except psycopg.errors.InsufficientPrivilege as error:
        raise BackupError(f"The role that came to {what} may not do this: {error.diag.message_primary}.") from None


def _refuse_blind(connection: psycopg.Connection[Any]) -> None:
    """Say in time what pg_dump would say of the first table."""
    row = connection.execute(
        "SELECT rolname, rolsuper OR (rolbypassrls AND pg_has_role(oid, 'pg_read_all_data', 'USAGE'))"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row is not None  # noqa: S101 - we are somebody
    if not row[1]:
        raise BackupError(
            f"The role {row[0]} does not see all rows, so its copy would not be whole. Name a role for backups in "
            "BACKUP_DATABASE_URL and BACKUP_KEYS_DATABASE_URL: CREATE ROLE parley_backup LOGIN BYPASSRLS; "
            "GRANT pg_read_all_data TO parley_backup (docs/operating.md)."
        )


def census(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """The rows of every table, as far as this role sees them."""
    tables = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    ).fetchall()
    counted = {}
    for (table,) in tables:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", table))).fetchone()
        counted[table] = int(row[0]) if row else 0
    return counted


def _heads(connection: psycopg.Connection[Any]) -> dict[str, tuple[int, str]]:
    rows = connection.execute("SELECT organization_id, sequence, hash FROM tenancy_audithead").fetchall()
    return {str(owner): (int(length), bytes(head).hex()) for owner, length, head in rows}


def _root_ids(connection: psycopg.Connection[Any]) -> list[str]:
    rows = connection.execute(
        "SELECT root_id FROM tenancy_organizationkey UNION SELECT next_root_id FROM tenancy_organizationkey"
        " WHERE next_root_id IS NOT NULL ORDER BY 1"
    ).fetchall()
    return [bytes(root).hex() for (root,) in rows]


def _all(snapshot: _Snapshot, query: str) -> list[Any]:
    return snapshot.connection.execute(query.encode()).fetchall()
