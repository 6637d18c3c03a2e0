"""Put a backup back: verified first, into empty databases, closed to everyone until all of this is done.

1. Both copies are read from end to end: signature, SHA-256, every chunk. Nothing was touched yet.
2. The databases are closed to all roles but their owner, and filled: the keys' first.
3. The tombstones are applied to the keys, so that what was shredded since the backup stays shredded.
4. Migrations of this release that the backup lacks are run. What purges since had kept is brought back (`bringing`);
   only then do the keys go that those rows were under. What purges had ended since ends again (`days_again`).
5. What waited in the outbox becomes "not confirmed" (SECURITY.md W13), and every organization's log says that it was
   put back, and to which moment.
6. Everything is checked (`checking`). Only when that passes are the databases opened.

A main database may be put back with a *newer* key database (the keys' copies live for days, those of texts for weeks),
never with an older one, which would lack keys.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from retention.backups import bringing, checking, days_again, dead_keys, programs, tables, targets, tombstones
from retention.backups.bringing import Brought
from retention.backups.checking import Report
from retention.backups.errors import BackupError, Damaged
from retention.backups.making import backup_key, connect
from retention.backups.manifest import Manifest
from retention.backups.shelf import Shelf
from retention.backups.tombstones import Tombstones, tell_anew
from retention.closing import replaying
from retention.erasing import again as erased
from tenancy import audit
from tenancy.audit_kinds import AuditKind
from tenancy.encryption import wrapping
from tenancy.isolation import activate
from tenancy.models import AuditHead, Organization
from texting.restoring import after_restore

Say = Callable[[str], None]


@dataclass(frozen=True)
class Chosen:
    """What is put back: a copy of the main database, and one of the keys that is as old or newer."""

    main: Shelf
    keys: Shelf
    of_main: Manifest
    of_keys: Manifest


def choose(main: Shelf, keys: Shelf, *, name: str | None = None, keys_name: str | None = None) -> Chosen:
    """The newest backup, or the one that is named; of the keys the one made with it, else the newest. Verified."""
    name = name or next(reversed(main.names()), None)
    if name is None:
        raise BackupError(f"There is no backup in {main.folder}.")
    there = keys.names()
    keys_name = keys_name or (name if name in there else next(reversed(there), None))
    if keys_name is None:
        raise BackupError(f"There is no backup of the keys in {keys.folder}; without keys nothing can be read.")
    of_main, of_keys = main.read(name), keys.read(keys_name)
    if _is_older(of_keys, of_main):
        raise BackupError(
            f"The keys' copy {keys_name} is older than the main database's {name}: rows would lack their keys. "
            "Take an older copy of the main database with --name, or a newer one of the keys with --keys-name."
        )
    root = wrapping.root_id(wrapping.root_key()).hex()
    if of_keys.root_ids and root not in of_keys.root_ids:
        raise BackupError("Another ROOT_KEY wrapped the keys of this backup; set the one that was in force then.")
    for shelf, found in ((main, of_main), (keys, of_keys)):
        if sum(map(len, shelf.unseal(found, backup_key()))) != found.plain:
            raise Damaged(f"{shelf.folder / found.name} holds another number of bytes than it says.")
    return Chosen(main, keys, of_main, of_keys)


def _is_older(of_keys: Manifest, of_main: Manifest) -> bool:
    """Whether rows would lack keys. Of one backup they never do (`making`), whatever the clocks of two servers say.

    Of two backups their names say when they were made, by one clock to the second; within one, the databases' clocks.
    """
    if of_keys.name == of_main.name:
        return False
    made = [name[: len("20261126T182734Z")] for name in (of_keys.name, of_main.name)]
    return made[0] < made[1] or (made[0] == made[1] and of_keys.taken_at < of_main.taken_at)


def restore(
    chosen: Chosen,
    *,
    main_url: str,
    keys_url: str,
    known: Tombstones,
    folder: Path | None,
    for_good: bool,
    say: Say,
) -> Report:
    """Put it back and check it. `known` are the tombstones of the newest log there is; those of the log that comes back
    are applied too. `folder` holds the checkpoints that left the building, which a restore `for_good` begins anew.

    The databases are opened only if it is for good and the report passed. Raises BackupError; then they stay closed.
    """
    _refuse_other_release(chosen)
    with ExitStack() as stack:
        on_main = stack.enter_context(connect(main_url, "the main database"))
        on_keys = stack.enter_context(connect(keys_url, "the keys database"))
        pairs = ((on_keys, keys_url, chosen.keys, chosen.of_keys), (on_main, main_url, chosen.main, chosen.of_main))
        for connection in (on_main, on_keys):
            connection.autocommit = True  # no lock of ours may stay, since migrations run beside us
        if identity(on_main) == identity(on_keys):
            raise BackupError("Both addresses name the same database; keys and texts live in two.")
        for connection, _, _, found in pairs:
            targets.refuse_unless_fit(connection, found)
        who = [targets.close(connection) for connection, *_ in pairs]
        for _, url, shelf, found in pairs:
            _fill(url, shelf, found)
            say(f"{found.part}: {sum(found.census.values())} rows of {found.taken_at.isoformat()} are back")
        report = Report()
        report.add("counts", tables.counts(on_main, chosen.of_main) + tables.counts(on_keys, chosen.of_keys))
        dead = dead_of(on_main, on_keys, known)
        gone = dead_keys.apply(on_keys, dead_keys.without_kept(dead))
        dead_keys.mark_erased(on_main, on_keys, dead)
        with targets.connected_to(main_url, keys_url):
            _migrate(chosen, say)
            brought = bringing.bring_back(dead, partial(tell_anew, folder, dead=dead) if folder and for_good else None)
            gone += dead_keys.apply(on_keys, dead)
            known_keys = f"{len(dead)} destroyed keys are known"
            say(f"tombstones: {known_keys}, {gone} of them were in the backup and are gone again")
            if rows := brought.rows.total():
                say(f"tombstones: {rows} rows that purges had kept were under such keys and were brought back")
            ended = days_again.end_again(dead)
            if rows := ended.total():
                say(f"tombstones: {rows} rows that came back had ended by their periods and are ended again")
            if again := replaying.end_again(dead.ended()):
                say(f"tombstones: {again} organizations that came back had ended and are ended again")
            if people := erased.end_again():
                say(f"tombstones: {people} contacts that came back had been erased and are erased again")
            _say_so_in_the_logs(chosen, brought, ended, for_good=for_good)
            counts = after_restore(chosen.of_main.taken_at)
            say(f"outbox: {counts.texts} texts of {counts.organizations} organizations will be looked up first")
            report.checks += checking.check(
                on_main=on_main, on_keys=on_keys, of_main=chosen.of_main, dead=dead, folder=folder
            ).checks
            if folder and for_good and report.passed:
                heads = {owner: length for owner, (length, _) in chosen.of_main.heads.items()}
                tombstones.rewind(folder, heads)
                checking.begin_checkpoints_anew(folder, heads)
        if report.passed and for_good:
            for (connection, *_), roles in zip(pairs, who, strict=True):
                targets.reopen(connection, roles)
    return report


def check_again(chosen: Chosen, *, main_url: str, keys_url: str, known: Tombstones, folder: Path | None) -> Report:
    """The same questions of databases that were restored from this backup, and on which nothing was started yet."""
    with ExitStack() as stack:
        on_main = stack.enter_context(connect(main_url, "the main database"))
        on_keys = stack.enter_context(connect(keys_url, "the keys database"))
        for connection in (on_main, on_keys):
            connection.autocommit = True
        report = Report()
        found = ((on_main, chosen.of_main), (on_keys, chosen.of_keys))
        dead = dead_of(on_main, on_keys, known)
        with targets.connected_to(main_url, keys_url):
            others = erased.touched() | days_again.touched(dead)
            others |= replaying.touched() if dead.ended() else frozenset()
            counts = [each for pair in found for each in tables.counts(*pair, exactly=False, changed=others)]
            report.add("counts", counts)
            report.checks += checking.check(
                on_main=on_main, on_keys=on_keys, of_main=chosen.of_main, dead=dead, folder=folder
            ).checks
    return report


def dead_of(on_main: psycopg.Connection[Any], on_keys: psycopg.Connection[Any], known: Tombstones) -> Tombstones:
    """Known ones, and also what the log that came back tells, and what it had no time to tell."""
    untold = dead_keys.untold(on_keys, dead_keys.organizations_of(on_main))
    return dead_keys.joined(known, dead_keys.of_log(on_main), untold)


def identity(connection: psycopg.Connection[Any]) -> Any:
    """Which database of which server it is."""
    return connection.execute("SELECT system_identifier, current_database() FROM pg_control_system()").fetchone()


def _fill(url: str, shelf: Shelf, found: Manifest) -> None:
    """All of it in one transaction, or nothing."""
    major = programs.version_of(found.program)
    program = programs.find("pg_restore", server=max(major, found.server_version))
    arguments = ("--format=custom", "--single-transaction", "--exit-on-error", "--no-owner")
    programs.feed(program, url, shelf.unseal(found, backup_key()), *arguments)


def _refuse_other_release(chosen: Chosen) -> None:
    loader = MigrationLoader(None)
    known = {f"{app}.{name}" for app, name in loader.disk_migrations or {}}
    known |= {f"{app}.{name}" for each in loader.replacements.values() for app, name in each.replaces}
    for found in (chosen.of_main, chosen.of_keys):
        if unknown := sorted(set(found.migrations) - known):
            raise BackupError(f"The backup is of a newer release (it has {unknown[0]}); restore with that one.")


def _migrate(chosen: Chosen, say: Say) -> None:
    for alias, found in (("keys", chosen.of_keys), ("default", chosen.of_main)):
        loader = MigrationLoader(None)
        if missing := {f"{app}.{name}" for app, name in loader.disk_migrations or {}} - set(found.migrations):
            say(f"{found.part}: {len(missing)} migrations of this release")
            call_command("migrate", database=alias, interactive=False, verbosity=0)


def _say_so_in_the_logs(chosen: Chosen, brought: Brought, ended: Counter[UUID], *, for_good: bool) -> None:
    """Each log tells where it was taken up again; a drill writes into its own databases only."""
    for organization in list(Organization.objects.order_by("pk").values_list("pk", flat=True)):
        with activate(organization):
            head = AuditHead.objects.first()
            audit.record(
                event=AuditKind.BACKUP_RESTORED,
                backup=chosen.of_main.name,
                restored_to=chosen.of_main.taken_at,
                events=head.sequence if head else 0,
                drill=not for_good,
                brought_back=brought.rows[organization],
                ended_again=ended[organization],
            )
