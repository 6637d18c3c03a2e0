"""How tests with real commits end: nothing is left, and the next one does not wait a second for it.

Django empties by TRUNCATE, which gives each of some hundred and fifty tables and all of their indexes new files, and
then writes permissions and content types anew, which nothing here reads. A test writes a handful of rows in some twenty
tables: those are deleted.
"""

from functools import cache
from typing import Any

import psycopg
from django.db import connections
from django.test import TransactionTestCase

from config.embedded.postgres import SUPERUSER

# The triggers of append-only tables and of foreign keys stand aside. A table without a page never had a row. All are
# locked before the first is emptied: what a running system is about to commit would else be left behind without its
# organization, and be swept up in the next test.
DELETE_ALL = """
DO $$
DECLARE
  tables text[];
  written text;
BEGIN
  SET LOCAL session_replication_role = replica;
  SELECT coalesce(array_agg(oid::regclass::text ORDER BY oid), '{}') INTO tables FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'django_migrations'
      AND pg_relation_size(oid) > 0;
  FOREACH written IN ARRAY tables LOOP
    EXECUTE 'LOCK TABLE ' || written || ' IN EXCLUSIVE MODE';
  END LOOP;
  FOREACH written IN ARRAY tables LOOP
    EXECUTE 'DELETE FROM ' || written;
  END LOOP;
END $$
"""
BLOATED = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 2000000
"""


def empty(alias: str) -> None:
    """Delete every row of a database but the list of migrations, whoever wrote it."""
    connection = _superuser(connections[alias].settings_dict["NAME"], connections[alias].settings_dict["HOST"])
    connection.execute(DELETE_ALL)
    for (table,) in connection.execute(BLOATED).fetchall():
        connection.execute(f"VACUUM {table}".encode())  # no autovacuum here, and what is dead is read all the same


def _superuser(database: str, sockets: str) -> psycopg.Connection[Any]:
    """Made once; and anew after a test in which PostgreSQL was stopped."""
    kept = _connect(database, sockets)
    try:
        kept.execute("SELECT 1")
    except psycopg.OperationalError:
        kept.close()
        _connect.cache_clear()
        return _connect(database, sockets)
    return kept


@cache
def _connect(database: str, sockets: str) -> psycopg.Connection[Any]:
    return psycopg.connect(host=sockets, dbname=database, user=SUPERUSER, autocommit=True)


def _fixture_teardown(self: TransactionTestCase) -> None:
    for alias in self._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
        empty(alias)


def by_deleting() -> None:
    """From here on, tests with real commits end this way."""
    TransactionTestCase._fixture_teardown = _fixture_teardown  # type: ignore[attr-defined]


def close() -> None:
    """Let go of the databases, which cannot be dropped before."""
    for alias in connections:
        _superuser(connections[alias].settings_dict["NAME"], connections[alias].settings_dict["HOST"]).close()
    _connect.cache_clear()
