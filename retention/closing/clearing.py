"""The rows of an organization that has ended are deleted, table after table, in short transactions.

They are noise by then: their keys are gone. Which tables, and in which order, is read from the models (`belonging`).
Nothing is remembered but counts: whoever died is followed by another, who looks at what is left. Proof of permission
stays for the years of its escrow with the rows that it refers to, and goes when those are over.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Membership, OperatorEvent, User
from retention import certificates
from retention.backups import tombstones
from retention.closing.belonging import ESCROW, STAYS, TAIL, Table, kept_with, referring, tables
from retention.models import Closing
from retention.purging.pacing import MOST, Pace
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.audit_verification import copy_to_files, sign_news
from tenancy.crash_points import crash_here
from tenancy.encryption.records import ORGANIZATION_MARK
from tenancy.isolation import activate
from tenancy.models import AuditEvent, Organization

BATCH = MOST
_NEWER = {"texting.Contact": "merged_into_id"}
"""Columns in which a row may refer to a newer one of its own table, by its model: emptied first."""
TURN_SECONDS = 60.0


def clear(organization_id: UUID) -> bool:
    """Delete for as long as a turn lasts. Whether nothing is left that has to go."""
    end = time.monotonic() + TURN_SECONDS
    with activate(organization_id):
        closing = _closing()
        if closing is None:
            return False
        roots = ESCROW if closing.escrow_ended_at is None else ()
        Closing.objects.update(asked_by=None, decided_by=None)  # the certificate has their ids
    _tell_outside(organization_id)
    with activate(organization_id):
        filled = list(_filled(organization_id))
    pace = Pace()
    for table in filled:
        more = True
        while more:
            pace.begin()
            more = _delete_some(organization_id, table, roots, min(pace.size, BATCH))
            pace.rest()
            if more and time.monotonic() > end:
                return False
    return _finish(organization_id)


def _closing() -> Closing | None:
    """Locked; None when another process is at it, or when nothing is to be done."""
    rows = Closing.objects.select_for_update(of=("self",), skip_locked=True)
    return rows.filter(state=Closing.State.ENDED, cleared_at=None).first()


def _filled(organization_id: UUID) -> Iterator[Table]:
    """Tables that have rows of the organization, in the order in which they are emptied."""
    with connection.cursor() as cursor:
        for table in tables():
            if table.label not in STAYS:
                cursor.execute(f'SELECT FROM "{table.name}" WHERE {table.owner} LIMIT 1', [organization_id])
                if cursor.rowcount:
                    yield table


def _delete_some(organization_id: UUID, table: Table, roots: tuple[str, ...], size: int) -> bool:
    """One batch, the newest first, since rows refer to older ones of their own table. Whether there may be more."""
    if table.label in roots:
        return False
    with activate(organization_id):
        closing = _closing()
        if closing is None:
            return False
        conditions = [table.owner, *_unless_kept(table, roots)]
        returning = "user_id" if table.model is Membership else "1"
        with connection.cursor() as cursor:
            if column := _NEWER.get(table.label):
                cursor.execute(
                    f'UPDATE "{table.name}" SET "{column}" = NULL WHERE {table.owner} AND "{column}" IS NOT NULL',  # noqa: S608
                    [organization_id],
                )
            cursor.execute(
                f'DELETE FROM "{table.name}" WHERE "{table.key}" IN (SELECT "{table.key}" FROM "{table.name}" AS doomed'  # noqa: S608
                f' WHERE {" AND ".join(conditions)} ORDER BY "{table.key}" DESC LIMIT {size}) RETURNING {returning}',
                [organization_id],
            )
            gone = [each for (each,) in cursor.fetchall()]
        if table.model is Membership:
            _forget_people(gone)
        if gone:
            connection.check_constraints()  # what still refers to them is told here, by the table's name
            closing.cleared[table.label] = closing.cleared.get(table.label, 0) + len(gone)
            closing.save(update_fields=["cleared"])
            crash_here("before_rows_cleared")
    crash_here("after_rows_cleared")
    return len(gone) == size


def _unless_kept(table: Table, roots: tuple[str, ...]) -> Iterator[str]:
    """Not what a row refers to that stays, and of the log not the tombstone and what follows it."""
    kept = kept_with(roots)
    for other, column in referring(table.model):
        if other.model in kept or other.label in STAYS:
            yield f'NOT EXISTS (SELECT FROM "{other.name}" AS kept WHERE kept."{column}" = doomed."{table.key}")'
    if table.label == TAIL:
        first = _tombstone()
        yield f"sequence < {first.sequence if first else 0}"


def _tombstone() -> AuditEvent | None:
    events = AuditEvent.objects.filter(event=AuditKind.KEY_DESTROYED, object_id=ORGANIZATION_MARK.hex())
    return events.order_by("sequence").first()


def _tell_outside(organization_id: UUID) -> None:
    """Before events go: what they say of keys has left the building, and a signature covers the tombstone."""
    if not settings.AUDIT_SIGNING_KEY:
        return
    if settings.AUDIT_CHECKPOINT_DIR:
        tombstones.export(Path(settings.AUDIT_CHECKPOINT_DIR))
    with activate(organization_id):
        sign_news()
        copy_to_files()


def _forget_people(users: list[UUID]) -> None:
    """Who belongs to no other organization, and is not named among operators' acts, is deleted with all sign-in."""
    acted = OperatorEvent.objects.filter(user__in=users).order_by().values("user_id")
    User.objects.filter(pk__in=users, memberships=None, is_operator=False).exclude(pk__in=acted).delete()


def _finish(organization_id: UUID) -> bool:
    with activate(organization_id):
        closing = _closing()
        if closing is None:
            return False
        closing.cleared_at = timezone.now()
        if certificates.can_sign():
            closing.rows_certificate = certificates.sign(_facts(closing))
        closing.save(update_fields=["cleared_at", "rows_certificate"])
        Organization.everyone.filter(pk=organization_id).update(
            name="", slug=f"ended-{organization_id.hex}", help_contact=""
        )
        audit.record(event=AuditKind.ORGANIZATION_CLEARED, object=closing)  # details would need a key
    _tell_outside(organization_id)
    return True


def name_of(closing: Closing) -> str:
    """What an organization that ended was called, as its certificate says; empty when it got none."""
    return str(json.loads(closing.certificate)["organization"]["name"]) if closing.certificate else ""


def _facts(closing: Closing) -> dict[str, object]:
    return {
        "format": certificates.CLEARED_FORMAT,
        "organization": {"id": str(closing.organization_id), "name": name_of(closing)},
        "closing": str(closing.pk),
        "at": closing.cleared_at.isoformat() if closing.cleared_at else "",
        "ended": closing.cleared,
        "in_escrow": [] if closing.escrow_ended_at else list(ESCROW),
        "stays": sorted(STAYS),
        "is_final": closing.escrow_ended_at is not None,
    }
