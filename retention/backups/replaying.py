"""Databases that came back by other means than `manage.py restore`: what was destroyed since goes again.

A snapshot of the server, or a copy of the keys' database alone, brings keys back that were shredded after it was taken.
Their names are in three places: the tombstones beside the checkpoints, the audit log of the main database, and what the
keys' database itself remembers. All three are applied, so it does not matter which of the two databases is older.
Nothing is made: a key that was made after the copy is lost, and rows under it are noise.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field

from retention.backups import checking, restoring, targets, tombstones
from retention.backups.errors import BackupError
from retention.backups.making import connect
from retention.backups.tombstones import Tombstones
from retention.closing import replaying
from retention.models import Closing
from tenancy import audit
from tenancy.audit_kinds import AuditKind
from tenancy.encryption.ending import end_escrow
from tenancy.encryption.keyring import keys_of
from tenancy.isolation import activate
from tenancy.models import DataKey, Organization, OrganizationKey


@dataclass
class Replayed:
    """How many destroyed keys are known, were there and went; organizations that were ended again; what is wrong."""

    known: int = 0
    gone: int = 0
    ended: int = 0
    problems: list[str] = field(default_factory=list)


def replay(*, main_url: str, keys_url: str, known: Tombstones, for_good: bool) -> Replayed:
    """Take destroyed keys away again, as the owner of both databases. Not `for_good`: count them, change nothing.

    Twice is once. Raises BackupError when the addresses do not lead to two databases of Parley.
    """
    with ExitStack() as stack:
        on_main = stack.enter_context(connect(main_url, "the main database"))
        on_keys = stack.enter_context(connect(keys_url, "the keys database"))
        for connection, table in ((on_main, "tenancy_organization"), (on_keys, "tenancy_datakey")):
            connection.autocommit = True
            targets.refuse_unless_ours(connection, table)
        if restoring.identity(on_main) == restoring.identity(on_keys):
            raise BackupError("Both addresses name the same database; keys and texts live in two.")
        dead = restoring.dead_of(on_main, on_keys, known)
        done = Replayed(known=len(dead))
        if not for_good:
            done.gone = tombstones.count(on_keys, dead)
            return done
        done.gone = tombstones.apply(on_keys, dead)
        with targets.connected_to(main_url, keys_url):
            done.ended = replaying.end_again(dead.ended())
            done.gone += _escrow_again()
            _say_so_in_the_logs(done)
            done.problems = [*checking.keys_that_outlived(dead), *replaying.problems(dead.ended())]
    return done


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


def _say_so_in_the_logs(done: Replayed) -> None:
    for organization in list(Organization.objects.order_by("pk").values_list("pk", flat=True)):
        with activate(organization):
            audit.record(event=AuditKind.BACKUP_RESTORED, replayed=True, destroyed_again=done.gone)
