"""Rows, references and numbers of a database that came back, whatever row security lets one see.

Asked as the owner of databases that nothing else uses yet: row security stands aside in a transaction that is rolled
back.
"""

from typing import Any

import psycopg
from psycopg import sql

from retention.backups.making import census
from retention.backups.manifest import Manifest
from retention.backups.targets import everything_visible

_GROWING = frozenset(
    {
        *("tenancy_auditevent", "tenancy_audithead", "tenancy_auditcheckpoint", "tenancy_clocktick"),
        *("tenancy_keytidying", "django_migrations"),
    }
)
_KEYS = frozenset({"tenancy_datakey", "tenancy_destroyedkey", "tenancy_keptform"})


def counts(
    connection: psycopg.Connection[Any],
    found: Manifest,
    *,
    exactly: bool = True,
    changed: frozenset[str] = frozenset(),
) -> list[str]:
    """Every table has as many rows as the manifest says.

    Not `exactly`: logs may have grown since, keys may be gone or new. `changed`: tables that the restore wrote to.
    """
    with everything_visible(connection):
        now = census(connection)
    problems = []
    for table, expected in found.census.items():
        if table in changed:
            continue
        there = now.get(table)
        grown = not exactly and there is not None and table in _GROWING and there >= expected
        if there != expected and not grown and (exactly or table not in _KEYS):
            problems.append(f"{table}: {there} rows instead of {expected}")
    return problems


_FOREIGN_KEYS = """
SELECT conname, conrelid::regclass::text, confrelid::regclass::text, convalidated,
    (SELECT array_agg(attname ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS keys (number, place)
     JOIN pg_attribute ON attrelid = conrelid AND attnum = number),
    (SELECT array_agg(attname ORDER BY place) FROM unnest(confkey) WITH ORDINALITY AS keys (number, place)
     JOIN pg_attribute ON attrelid = confrelid AND attnum = number)
FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY conname
"""


def foreign_keys(connection: psycopg.Connection[Any]) -> tuple[list[str], int]:
    """Every reference leads to a row, whatever row security lets the constraint see."""
    problems = []
    with everything_visible(connection):
        keys = connection.execute(_FOREIGN_KEYS).fetchall()
        for name, table, target, validated, ours, theirs in keys:
            if not validated:
                problems.append(f"{name} on {table} was never validated")
            [(orphans,)] = connection.execute(_orphans(table, target, ours, theirs)).fetchall()
            if orphans:
                problems.append(f"{name}: {orphans} rows of {table} point at rows of {target} that are not there")
    return problems, len(keys)


def _orphans(table: str, target: str, ours: list[str], theirs: list[str]) -> sql.Composed:
    pairs = list(zip(ours, theirs, strict=True))
    known = [sql.SQL("a.{} IS NOT NULL").format(sql.Identifier(our)) for our, _ in pairs]
    same = [sql.SQL("b.{} = a.{}").format(sql.Identifier(their), sql.Identifier(our)) for our, their in pairs]
    return sql.SQL("SELECT count(*) FROM {} a WHERE {} AND NOT EXISTS (SELECT FROM {} b WHERE {})").format(
        sql.Identifier(table), sql.SQL(" AND ").join(known), sql.Identifier(target), sql.SQL(" AND ").join(same)
    )


_SEQUENCES = """
SELECT c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL
"""


def sequences(connection: psycopg.Connection[Any]) -> tuple[list[str], int]:
    """The next number of each column that counts by itself was not given yet."""
    problems = []
    with everything_visible(connection):
        counting = connection.execute(_SEQUENCES).fetchall()
        for table, column, sequence in counting:
            schema, name = sequence.split(".")
            query = sql.SQL("SELECT (SELECT max({}) FROM {}), last_value, is_called FROM {}").format(
                sql.Identifier(column), sql.Identifier(table), sql.Identifier(schema, name.strip('"'))
            )
            [(highest, last, called)] = connection.execute(query).fetchall()
            if highest is not None and highest >= last + called:
                problems.append(f"{sequence} gives {last + called} next, and {table} has {highest}")
    return problems, len(counting)
