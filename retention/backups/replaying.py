"""Databases that came back by other means than `manage.py restore`: what was destroyed since goes again.

A snapshot of the server, or a copy of the keys' database alone, brings keys back that were shredded after it was taken.
Their names are in three places: the tombstones beside the checkpoints, the audit log of the main database, and what the
keys' database itself remembers. All three are applied, so it does not matter which of the two databases is older.
Nothing is made: a key that was made after the copy is lost, and rows under it are noise.
"""

from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connections

from retention.backups import bringing, checking, days_again, dead_keys, restoring, targets, tombstones
from retention.backups.bringing import Brought
from retention.backups.errors import BackupError
from retention.backups.making import connect
from retention.backups.tombstones import Tombstones, tell_anew
from retention.closing import replaying
from retention.erasing import again as erased
from retention.models import Closing
from tenancy import audit
from tenancy.audit_checkpoints import read_notes
from tenancy.audit_kinds import AuditKind
from tenancy.audit_verification import verify_chain
from tenancy.encryption.ending import end_escrow
from tenancy.encryption.keyring import keys_of
from tenancy.isolation import activate
from tenancy.models import AuditHead, DataKey, Organization, OrganizationKey


@dataclass
class Replayed:
    """How many destroyed keys are known, were there and went; organizations, people and rows of purged days that were
    ended again; rows that purges had kept and that were brought back; what is wrong.
    """

    known: int = 0
    gone: int = 0
    ended: int = 0
    erased: int = 0
    rows: int = 0
    brought: int = 0
    problems: list[str] = field(default_factory=list)


def replay(*, main_url: str, keys_url: str, known: Tombstones, folder: Path | None, for_good: bool) -> Replayed:
    """Take destroyed keys away again, as the owner of both databases. Not `for_good`: count them, change nothing.

    `folder` holds the checkpoints and tombstones that left the building; where the logs came back shorter than it
    knows them, both begin anew from there. Twice is once. Raises BackupError when the addresses do not lead to two
    databases of Parley that nobody uses, or when a log was altered; then nothing was changed.
    """
    with ExitStack() as stack:
        on_main = stack.enter_context(connect(main_url, "the main database"))
        on_keys = stack.enter_context(connect(keys_url, "the keys database"))
        for connection, table in ((on_main, "tenancy_organization"), (on_keys, "tenancy_datakey")):
            connection.autocommit = True
            targets.refuse_unless_ours(connection, table)
        if restoring.identity(on_main) == restoring.identity(on_keys):
            raise BackupError("Both addresses name the same database; keys and texts live in two.")
        if for_good:
            _close_own()
            for connection in (on_main, on_keys):
                targets.refuse_if_used(connection)
        dead = restoring.dead_of(on_main, on_keys, known)
        done = Replayed(known=len(dead))
        if not for_good:
            done.gone = dead_keys.count(on_keys, dead)
            return done
        with targets.connected_to(main_url, keys_url):
            heads = _heads()
            _refuse_altered(heads, folder)
            done.gone = dead_keys.apply(on_keys, dead_keys.without_kept(dead))
            dead_keys.mark_erased(on_main, on_keys, dead)
            brought = bringing.bring_back(dead, partial(tell_anew, folder, dead=dead) if folder else None)
            done.brought = brought.rows.total()
            done.gone += dead_keys.apply(on_keys, dead)
            rows = days_again.end_again(dead)
            done.rows = rows.total()
            done.ended = replaying.end_again(dead.ended())
            done.gone += _escrow_again()
            done.erased = erased.end_again()
            _say_so_in_the_logs(done, brought, rows)
            done.problems = [
                *checking.keys_that_outlived(dead),
                *replaying.problems(dead.ended()),
                *erased.problems(),
            ]
            if folder and not done.problems:
                tombstones.rewind(folder, heads)
                checking.begin_checkpoints_anew(folder, heads)
    return done


def _close_own() -> None:
    """This process's connections, in case they lead to the same databases."""
    for alias in connections:
        own: Any = connections[alias]
        own.close()
        own.close_pool()


def _heads() -> dict[str, int]:
    """The length with which each log came back, before this adds to it."""
    heads = {}
    for organization in Organization.everyone.order_by("pk").values_list("pk", flat=True):
        with activate(organization):
            heads[str(organization)] = AuditHead.objects.values_list("sequence", flat=True).first() or 0
    return heads


def _refuse_altered(heads: Mapping[str, int], folder: Path | None) -> None:
    """An event that somebody wrote beside the chain, or changed, is no reason to destroy a key."""
    for organization, length in heads.items():
        outside = read_notes(folder, UUID(organization)) if folder else ()
        report = verify_chain(UUID(organization), checkpoints=checking.notes_up_to(length, outside))
        for found in report.findings:
            raise BackupError(
                f"The log of {organization} was altered: event {found.sequence}: {found.problem}. Nothing was changed, "
                'since what it tells destroys keys (docs/operating.md, "A log that says too much").'
            )


def _escrow_again() -> int:
    """Proof of permission whose years are over: its keys have no tombstones, their closing says that they went."""
    gone = 0
    for organization in list(Organization.everyone.exclude(ended_at=None).values_list("pk", flat=True)):
        with activate(organization):
            is_over = Closing.objects.filter(state=Closing.State.ENDED).exclude(escrow_ended_at=None).exists()
        if is_over:
            with keys_of(organization):
                there = DataKey.objects.filter(organization_id=organization)
                is_there = there.exists() or OrganizationKey.objects.filter(organization_id=organization).exists()
            if is_there:
                gone += end_escrow(organization)
    return gone


def _say_so_in_the_logs(done: Replayed, brought: Brought, rows: Counter[UUID]) -> None:
    for organization in list(Organization.objects.order_by("pk").values_list("pk", flat=True)):
        with activate(organization):
            audit.record(
                event=AuditKind.BACKUP_RESTORED,
                replayed=True,
                destroyed_again=done.gone,
                brought_back=brought.rows[organization],
                ended_again=rows[organization],
            )
