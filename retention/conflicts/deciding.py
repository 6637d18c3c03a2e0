"""A person decides which of two rules goes first, with a reason, and takes it back."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from retention.choices import Choices
from retention.conflicts.hiding import settle
from retention.kinds import Kind
from retention.lock import deleting_lock
from retention.models import ConflictDecision
from retention.models.conflict import LONGEST_BECAUSE
from tenancy import audit
from tenancy.audit import AuditKind

LEAST_BECAUSE = 5


class CannotDecide(ValueError):
    """Nothing changed; the message is a sentence for the person who asked."""


def decide(*, member: Membership, kind: Kind, outcome: ConflictDecision.Outcome, because: str) -> ConflictDecision:
    """Decide on a kind of which two rules disagree now. An earlier decision is taken back. Raises CannotDecide."""
    require(member, Permission.RETENTION_MANAGE)
    because = " ".join(because.replace("\x00", "").split())
    if not LEAST_BECAUSE <= len(because) <= LONGEST_BECAUSE:
        raise CannotDecide(_("Say why, in 5 to 1000 characters. It stays in the history."))
    deleting_lock()
    now = timezone.now()
    period = Choices.load().periods(now)[kind]
    if not period.is_conflict or period.longest is None:
        raise CannotDecide(_("These rules do not disagree any more: there is nothing to decide."))
    earlier = _of(kind, period.shortest, period.longest)
    if earlier is not None and earlier.outcome == outcome:
        raise CannotDecide(_("It is decided so already. Take that back first to give another reason."))
    if earlier is not None:
        _withdraw(member, earlier, now)
    row = ConflictDecision.objects.create(
        kind=kind,
        shortest=period.shortest,
        longest=period.longest,
        outcome=outcome,
        because=because,
        decided_by=member,
        decided_at=now,
    )
    audit.record(
        event=AuditKind.RETENTION_DECIDED,
        actor=member,
        object=row,
        kind=kind.value,
        outcome=row.outcome,
        shortest=row.shortest,
        longest=row.longest,
    )
    settle(now, member)
    return row


def take_back(*, member: Membership, decision_id: UUID) -> ConflictDecision:
    """What it showed is hidden again until somebody decides anew. Raises CannotDecide when it was taken back already,
    ConflictDecision.DoesNotExist.
    """
    require(member, Permission.RETENTION_MANAGE)
    deleting_lock()
    row = ConflictDecision.objects.select_for_update(of=("self",)).get(pk=decision_id)
    if row.taken_back_at is not None:
        raise CannotDecide(_("Somebody has taken it back already."))
    now = timezone.now()
    _withdraw(member, row, now)
    settle(now, member)
    return row


def _withdraw(member: Membership, row: ConflictDecision, now: datetime) -> None:
    row.taken_back_at, row.taken_back_by = now, member
    row.save(update_fields=["taken_back_at", "taken_back_by"])
    audit.record(event=AuditKind.RETENTION_UNDECIDED, actor=member, object=row, kind=row.kind, outcome=row.outcome)


def _of(kind: Kind, shortest: int, longest: int) -> ConflictDecision | None:
    rows = ConflictDecision.objects.filter(kind=kind, shortest=shortest, longest=longest, taken_back_at=None)
    return rows.first()
