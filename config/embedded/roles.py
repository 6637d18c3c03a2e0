"""The roles and databases of an embedded server, and what each role may do.

`postgres` is the superuser and used in this module only. `parley_owner` owns both databases and runs migrations.
`parley_app` owns nothing, is subject to row security, and is what web and worker connect as. In the database of keys it
may have tables rewritten, see `tenancy.encryption.tidying`. `parley_backup` reads every row and writes none, for
pg_dump. A real installation makes the same three roles, see docs/.
"""

from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from config.embedded.postgres import APP, BACKUP, KEYS_DATABASE, MAIN_DATABASE, OWNER, SUPERUSER

BACKUP_ATTRIBUTES = "LOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE IN ROLE pg_read_all_data"
APP_ATTRIBUTES = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"


def prepare(sockets: Path, *, for_tests: bool = False) -> None:
    """Make what is missing; safe to run again. Tests make their own databases."""
    owner_attributes = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE " + ("CREATEDB" if for_tests else "NOCREATEDB")
    with _connect(sockets, SUPERUSER) as connection:
        roles = _names(connection, "SELECT rolname FROM pg_roles")
        for role, attributes in ((OWNER, owner_attributes), (APP, APP_ATTRIBUTES), (BACKUP, BACKUP_ATTRIBUTES)):
            if role not in roles:
                connection.execute(sql.SQL(f"CREATE ROLE {{}} {attributes}").format(sql.Identifier(role)))
        databases = _names(connection, "SELECT datname FROM pg_database")
    # New databases are copies of template1 and so get the same rights, those that the tests make as well.
    with _connect(sockets, "template1") as connection:
        _grant(connection, "SELECT, INSERT, UPDATE, DELETE", "TABLES")
        _grant(connection, "USAGE, SELECT", "SEQUENCES")
    with _connect(sockets, SUPERUSER) as connection:
        for database in {MAIN_DATABASE, KEYS_DATABASE} - databases:
            names = sql.Identifier(database), sql.Identifier(OWNER)
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
    let_app_tidy(sockets, KEYS_DATABASE)


def let_app_tidy(sockets: Path, keys_database: str) -> None:
    """The app may write over what destroyed keys left: have tables rewritten that are there or will be, end the log."""
    with _connect(sockets, keys_database) as connection:
        _grant(connection, "MAINTAIN", "TABLES")
        app = sql.Identifier(APP)
        connection.execute(sql.SQL("GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO {}").format(app))
        connection.execute(sql.SQL("GRANT pg_checkpoint, pg_monitor TO {}").format(app))


def _grant(connection: psycopg.Connection[Any], rights: str, kind: str) -> None:
    """What the app role may do with everything that the owner will make."""
    statement = f"ALTER DEFAULT PRIVILEGES FOR ROLE {{}} IN SCHEMA public GRANT {rights} ON {kind} TO {{}}"
    connection.execute(sql.SQL(statement).format(sql.Identifier(OWNER), sql.Identifier(APP)))


def _names(connection: psycopg.Connection[Any], query: str) -> set[str]:
    return {name for (name,) in connection.execute(sql.SQL(query))}


def _connect(sockets: Path, database: str) -> psycopg.Connection[Any]:
    return psycopg.connect(host=str(sockets), dbname=database, user=SUPERUSER, autocommit=True, connect_timeout=5)
