"""What keeps this role on this server from writing over what destroyed keys left: seen before anything is rewritten."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

CLOCKS = timedelta(seconds=2)
"""As far may the clock that says when keys were destroyed be from that of the keys' server."""
_OF_THE_SERVER = ("default", "configuration file", "command line", "environment variable")
"""Where a setting comes from that the checkpointer has as well; it has none of a database, a role or a session."""
_ARCHIVED_WITHIN = 600  # seconds


def obstacles(connection: Any, tables: Sequence[str]) -> list[str]:
    """A few words for each, for whoever runs the installation; with no data in them. Raises DatabaseError."""
    [(version,)] = connection.execute("SHOW server_version_num").fetchall()
    if int(version) < 170_000:
        return ["PostgreSQL is older than 17"]
    [(name, may_list, *rights)] = connection.execute(_RIGHTS, [list(tables)]).fetchall()
    found = []
    if not all(rights):
        found.append(f"the role {name} lacks MAINTAIN on the tables of keys, or membership in pg_checkpoint")
    if not may_list:
        found.append(f"the role {name} may not list the write-ahead log (pg_monitor)")
    found += _settings(connection)
    found += _keepers_of_the_log(connection, may_list)
    if not _clocks_agree(connection):
        found.append(f"the clocks here and of the keys' server differ by more than {CLOCKS.seconds} seconds")
    return found


_RIGHTS = """
SELECT current_user, has_function_privilege('pg_ls_waldir()', 'EXECUTE'), pg_has_role('pg_checkpoint', 'USAGE'),
    (SELECT bool_and(has_table_privilege(name, 'MAINTAIN')) FROM unnest(%s::text[]) AS named (name))
"""


def _settings(connection: Any) -> Iterator[str]:
    """The checkpointer renames or deletes by the server's own setting, which one of a database or a role hides."""
    [(recycles, source)] = connection.execute(
        "SELECT setting, source FROM pg_settings WHERE name = 'wal_recycle'"
    ).fetchall()
    if recycles == "on":
        yield "wal_recycle is on"
    if source not in _OF_THE_SERVER:
        yield f"wal_recycle is set for this {source} and hides what the server does; reset it there"


_KEEPERS = """
SELECT (SELECT count(*) FROM pg_replication_slots WHERE NOT active AND restart_lsn IS NOT NULL),
    (SELECT setting::bigint FROM pg_settings WHERE name = 'wal_keep_size'), current_setting('archive_mode')
"""
_WAITS_FOR_ARCHIVING = """
SELECT count(*) FROM pg_ls_archive_statusdir()
WHERE name LIKE '%%.ready' AND modification < now() - make_interval(secs => %s)
"""


def _keepers_of_the_log(connection: Any, may_list: bool) -> Iterator[str]:
    """A log that grows for somebody who is away must not be filled as well. An archive that keeps up is in no way."""
    [(slots, keeps, archives)] = connection.execute(_KEEPERS).fetchall()
    if slots:
        yield f"{slots} replication slots that nobody reads keep the write-ahead log"
    if keeps:
        yield "wal_keep_size keeps the write-ahead log"
    if archives != "off" and may_list and (late := wait_for_archiving(connection)):
        yield f"{late} files of the write-ahead log wait for archiving"


def wait_for_archiving(connection: Any) -> int:
    """How many files of the write-ahead log should have been archived by now. For who may list that folder."""
    [(late,)] = connection.execute(_WAITS_FOR_ARCHIVING, [_ARCHIVED_WITHIN]).fetchall()
    return int(late)


def _clocks_agree(connection: Any) -> bool:
    before = timezone.now()
    [(there,)] = connection.execute("SELECT clock_timestamp()").fetchall()
    return bool(before - CLOCKS <= there <= timezone.now() + CLOCKS)
