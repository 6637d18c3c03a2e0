"""Which days are hidden, and hiding or showing them. Asked every few minutes, and at once by whoever decides.

A day is hidden when all of it (of UTC) is past the maximum; what is past the minimum, too, ends in the night as always.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from accounts.models import Membership
from retention.choices import Choices
from retention.kinds import Kind
from retention.lock import deleting_lock
from retention.models import ConflictDecision
from retention.periods import Period
from retention.purging.words import KEYS
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption.withholding import is_anything_withheld, withhold_before

Outcome = ConflictDecision.Outcome


def decisions() -> dict[tuple[Kind, int, int], ConflictDecision]:
    """Those that count, by kind, minimum and maximum."""
    rows = ConflictDecision.objects.filter(taken_back_at=None).select_related("decided_by__user")
    return {(Kind(row.kind), row.shortest, row.longest): row for row in rows}


def decision_on(period: Period, known: Mapping[tuple[Kind, int, int], ConflictDecision]) -> ConflictDecision | None:
    """What somebody decided on this disagreement."""
    return known.get((period.kind, period.shortest, period.longest)) if period.longest is not None else None


def hidden_before(period: Period, at: datetime, decided: ConflictDecision | None) -> date | None:
    """The day (of UTC) before which all days are hidden; None: nothing is."""
    if not period.is_conflict or period.longest is None or (decided is not None and decided.outcome == Outcome.SHOW):
        return None
    return (at - timedelta(days=period.longest)).astimezone(UTC).date()


def settle(at: datetime, actor: Membership | None = None) -> int:
    """Hide and show what has to be now in the active organization; how many keys of days changed.

    Three statements where no rules disagree and nothing is hidden. Twice is once.
    """
    periods = Choices.load().periods(at)
    if not any(period.is_conflict for period in periods.values()) and not is_anything_withheld():
        return 0
    deleting_lock()
    known, changes = decisions(), 0
    for key_kind, kind in KEYS.items():
        before = hidden_before(periods[kind], at, decision_on(periods[kind], known))
        changed = withhold_before(key_kind, before)
        changes += changed.hidden + changed.shown
        for event, days in (
            (AuditKind.RETENTION_HIDDEN, changed.hidden),
            (AuditKind.RETENTION_SHOWN, changed.shown),
        ):
            if days:
                audit.record(event=event, actor=actor, kind=kind.value, days=days, before=str(before or ""))
    return changes
