"""The databases that a backup is put back into: empty at first, and closed until everything is done.

Closed means that nobody but the owner may connect: `REVOKE CONNECT`. Whatever interrupts a restore, no web process and
no worker reaches keys that were destroyed since, or an outbox whose texts were sent since.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from retention.backups.errors import BackupError
from retention.backups.manifest import Manifest
from tenancy.encryption import keyring

_WHO = """
SELECT DISTINCT CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END
FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba)))
WHERE datname = current_database() AND privilege_type = 'CONNECT' AND grantee <> datdba ORDER BY 1
"""
GOING_SECONDS = 2.0
_PARAMETERS = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def refuse_unless_fit(connection: psycopg.Connection[Any], found: Manifest) -> None:
    """Raise BackupError unless this is an empty database of ours that nobody uses, on a server that is new enough."""
    name = connection.info.dbname
    [(owner,)] = connection.execute(
        "SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()"
    ).fetchall()
    if not owner:
        raise BackupError(f"The role {connection.info.user} does not own the database {name}; restore as its owner.")
    tables = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname IN"
        " ('pg_catalog', 'pg_toast', 'information_schema')) LIMIT 1"
    ).fetchall()
    if tables:
        raise BackupError(
            f"The database {name} is not empty (it has {tables[0][0]}). Nothing is ever written over: make a new one "
            f"with CREATE DATABASE ... OWNER {connection.info.user}, and keep this one until you are sure."
        )
    if connection.info.server_version // 10_000 < found.server_version:
        raise BackupError(f"The backup is of PostgreSQL {found.server_version}, and the server of {name} is older.")
    missing = [role for role in found.roles if not _exists(connection, role)]
    if missing:
        raise BackupError(f"The server has no role {missing[0]}; make the roles first (docs/operating.md).")
    refuse_if_used(connection)


def refuse_if_used(connection: psycopg.Connection[Any]) -> None:
    """Raise BackupError when anybody else is connected, and stays so: who has just gone is seen for a moment longer."""
    until = time.monotonic() + GOING_SECONDS
    while others := _others(connection):
        if time.monotonic() > until:
            name = connection.info.dbname
            raise BackupError(f"{others} others are connected to {name}; stop web, workers and clock first.")
        time.sleep(0.1)


def _others(connection: psycopg.Connection[Any]) -> int:
    connection.execute("SELECT pg_stat_clear_snapshot()")  # a transaction would go on seeing what it saw first
    [(others,)] = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND usesysid IS NOT NULL"  # what kind of process others' are is not for us to see; a vacuum is nobody's
    ).fetchall()
    return int(others)


def refuse_unless_ours(connection: psycopg.Connection[Any], table: str) -> None:
    """Raise BackupError unless this database has the table, and the role owns it."""
    name = connection.info.dbname
    rows = connection.execute(
        "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass(%s)", [table]
    )
    found = rows.fetchone()
    if found is None:
        raise BackupError(f"The database {name} has no table {table}: is it the other one of the two?")
    if not found[0]:
        raise BackupError(f"The role {connection.info.user} does not own the tables of {name}; name their owner.")


def _exists(connection: psycopg.Connection[Any], role: str) -> bool:
    return connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None


def close(connection: psycopg.Connection[Any]) -> list[str]:
    """Let nobody but the owner connect; who might until now."""
    who = [role for (role,) in connection.execute(_WHO).fetchall()]
    for role in who:
        connection.execute(_statement("REVOKE CONNECT ON DATABASE {} FROM {}", connection, role))
    return who


def reopen(connection: psycopg.Connection[Any], who: Sequence[str]) -> None:
    """Let them connect again; everyone, when an earlier restore was interrupted and left nobody."""
    for role in who or ["PUBLIC"]:
        connection.execute(_statement("GRANT CONNECT ON DATABASE {} TO {}", connection, role))


def _statement(words: str, connection: psycopg.Connection[Any], role: str) -> sql.Composed:
    grantee = sql.SQL("PUBLIC") if role == "PUBLIC" else sql.Identifier(role)
    return sql.SQL(words).format(sql.Identifier(connection.info.dbname), grantee)


@contextmanager
def everything_visible(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Row security stands aside for the tables' owner, in one transaction that is rolled back.

    Raises BackupError when somebody else uses the tables, or when the role does not own them.
    """
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL lock_timeout = '5s'")
            forced = connection.execute(
                "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relnamespace = 'public'::regnamespace"
            ).fetchall()
            for (table,) in forced:
                name = sql.Identifier("public", table)
                connection.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(name))
            yield
    except psycopg.errors.LockNotAvailable:
        raise BackupError("The tables are in use: this looks at a database before anything is started on it.") from None
    except psycopg.errors.InsufficientPrivilege:
        raise BackupError(f"The role {connection.info.user} does not own the tables; name their owner.") from None


@contextmanager
def connected_to(main_url: str, keys_url: str) -> Iterator[None]:
    """Django's own connections lead to these databases, with no key remembered from elsewhere."""
    before = {alias: connections[alias] for alias in ("default", "keys")}
    keyring.forget_everything()
    try:
        for alias, url in (("default", main_url), ("keys", keys_url)):
            connection: Any = connections.create_connection(alias)
            connection.settings_dict = {**connection.settings_dict, **_entry(url)}
            connections[alias] = connection
        yield
    finally:
        for alias, connection in before.items():
            if connections[alias] is not connection:
                connections[alias].close()
            connections[alias] = connection
        keyring.forget_everything()


def _entry(url: str) -> dict[str, Any]:
    parameters: dict[str, Any] = conninfo_to_dict(url)
    named = {theirs: str(parameters.pop(ours, "")) for ours, theirs in _PARAMETERS.items()}
    return {**named, "OPTIONS": parameters}
