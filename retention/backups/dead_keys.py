"""Keys that were destroyed go from a key database that came back, before anybody uses it.

What is known of them comes from three places: the notes beside the checkpoints (`tombstones`), the log of the main
database, and what the keys' database itself remembers. Plain SQL as the owner, since tables may be of an older release.
Row security holds for the owner too, hence one organization after the other.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg

from retention.backups.errors import BackupError
from retention.backups.kept_notes import CONTACT_BYTES, contact_place
from retention.backups.tombstones import NOT_ENDED, Tombstones, add
from tenancy.audit_kinds import AuditKind
from tenancy.encryption import keyring
from tenancy.encryption.ending import IN_ESCROW
from tenancy.encryption.key_sources import CONTACT
from tenancy.encryption.records import ORGANIZATION_MARK


def of_log(connection: psycopg.Connection[Any]) -> Tombstones:
    """What the audit log of this database tells; as its tables' owner. Raises BackupError for an end that is none."""
    found = Tombstones()
    for organization in organizations_of(connection):
        with _as(connection, organization):
            events = connection.execute(
                "SELECT object_id FROM tenancy_auditevent WHERE event = %s", [AuditKind.KEY_DESTROYED.value]
            )
            keys = found.keys[organization] = {bytes.fromhex(key) for (key,) in events}
            if ORGANIZATION_MARK in keys and connection.execute(_AT_ITS_END).fetchone() is None:
                raise BackupError(NOT_ENDED.format(organization=organization))
            found.logged[organization] = set(keys)
    return found


_AT_ITS_END = "SELECT 1 FROM retention_closing WHERE state IN ('ending', 'ended') AND ends_at <= clock_timestamp()"


def untold(connection: psycopg.Connection[Any], organizations: Iterable[UUID]) -> Tombstones:
    """Keys that were gone from this key database and had no event yet (decision 51)."""
    found = Tombstones()
    for organization in organizations:
        with _as(connection, organization):
            rows = connection.execute("SELECT key_id FROM tenancy_destroyedkey")
            found.keys[organization] = {bytes(key) for (key,) in rows} - {ORGANIZATION_MARK}
    return found


def joined(*all_found: Tombstones) -> Tombstones:
    """All of them; of the newest moment."""
    times = [found.until for found in all_found if found.until]
    together = Tombstones(max(times, default=None))
    for found in all_found:
        for organization, keys in found.keys.items():
            together.keys.setdefault(organization, set()).update(keys)
        for organization, kept in found.kept.items():
            add(together.kept, organization, kept)
        for organization, keys in found.told.items():
            together.told.setdefault(organization, set()).update(keys)
        for organization, keys in found.logged.items():
            together.logged.setdefault(organization, set()).update(keys)
        for organization, people in found.people.items():
            together.people.setdefault(organization, {}).update(people)
    return together


def without_kept(found: Tombstones) -> Tombstones:
    """Those of keys of which nothing stayed, or nobody knows what: the others have to open that once more first."""
    keys = {
        organization: {
            key for key in keys if not any(kept.marks for kept in found.kept.get(organization, {}).get(key, ()))
        }
        for organization, keys in found.keys.items()
    }
    return Tombstones(found.until, keys)


def apply(connection: psycopg.Connection[Any], found: Tombstones) -> int:
    """Delete these keys from a key database that nobody uses yet, as its owner; the number of those that were there.

    What stays of an erased contact's key is written down anew, so that nothing is ever sealed for them again
    (`tenancy.encryption.keyring`). This process forgets all keys: one that it held would still open what it sealed.
    """
    gone = 0
    for organization, keys in found.keys.items():
        with _as(connection, organization):
            [(done,)] = connection.execute(_DELETE, [sorted(keys), CONTACT]).fetchall()
            gone += done
            if ORGANIZATION_MARK in keys:
                gone += connection.execute(_END, [list(IN_ESCROW)]).rowcount
                if connection.execute(_KNOWS_ENDS).fetchone():
                    connection.execute("UPDATE tenancy_organizationkey SET ended_at = now() WHERE ended_at IS NULL")
    keyring.forget_everything()
    return gone


def mark_erased(on_main: psycopg.Connection[Any], on_keys: psycopg.Connection[Any], found: Tombstones) -> None:
    """Note beside the keys whose keys these were of contacts, also where the copy never had them.

    Copies of the keys that are older than a contact know nothing of them: a new key would be made for who was erased.
    """
    for organization, people in found.people.items():
        keys_of: dict[bytes, list[bytes]] = {}
        for key, mark in people.items():
            keys_of.setdefault(mark, []).append(key)
        with _as(on_main, organization):
            rows = on_main.execute(_MARKED, [contact_place(organization), CONTACT_BYTES, organization, list(keys_of)])
            pairs = [(str(contact), key) for contact, mark in rows.fetchall() for key in keys_of[bytes(mark)]]
        if pairs:
            with _as(on_keys, organization):
                on_keys.execute(_NOTE, [organization, CONTACT, *map(list, zip(*pairs, strict=True))])


_MARKED = """
SELECT id, mark FROM (
    SELECT id, substring(sha256(%s::bytea || uuid_send(id)) FROM 1 FOR %s) AS mark FROM texting_contact
    WHERE organization_id = %s
) AS marked WHERE mark = ANY(%s)
"""
_NOTE = """
INSERT INTO tenancy_destroyedkey (id, organization_id, kind, scope, key_id)
SELECT gen_random_uuid(), %s, %s, * FROM unnest(%s::text[], %s::bytea[])
ON CONFLICT (organization_id, key_id) DO NOTHING
"""


def count(connection: psycopg.Connection[Any], found: Tombstones) -> int:
    """How many of these keys are there: what `apply` would delete."""
    there = 0
    for organization, keys in found.keys.items():
        with _as(connection, organization):
            kinds = list(IN_ESCROW) if ORGANIZATION_MARK in keys else None
            [(number,)] = connection.execute(_COUNT, {"keys": sorted(keys), "stay": kinds}).fetchall()
            there += number
    return there


_COUNT = """
SELECT count(*) FROM tenancy_datakey WHERE key_id = ANY(%(keys)s) OR NOT kind = ANY(%(stay)s::text[])
"""
_END = "DELETE FROM tenancy_datakey WHERE NOT kind = ANY(%s)"
_KNOWS_ENDS = """
SELECT 1 FROM information_schema.columns WHERE table_name = 'tenancy_organizationkey' AND column_name = 'ended_at'
"""  # the backup may be of an older release


_DELETE = """
WITH gone AS (DELETE FROM tenancy_datakey WHERE key_id = ANY(%s) RETURNING organization_id, kind, scope, key_id),
erased AS (
    INSERT INTO tenancy_destroyedkey (id, organization_id, kind, scope, key_id)
    SELECT gen_random_uuid(), organization_id, kind, scope, key_id FROM gone WHERE kind = %s
    ON CONFLICT (organization_id, key_id) DO NOTHING
)
SELECT count(*) FROM gone
"""


def organizations_of(connection: psycopg.Connection[Any]) -> list[UUID]:
    """All that the main database knows."""
    return [organization for (organization,) in connection.execute("SELECT id FROM tenancy_organization").fetchall()]


@contextmanager
def _as(connection: psycopg.Connection[Any], organization: UUID) -> Iterator[None]:
    with connection.transaction():
        connection.execute("SELECT set_config('app.organization_id', %s, true)", [str(organization)])
        yield
