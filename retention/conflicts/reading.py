"""What the pages show of rules that disagree."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from retention import words
from retention.choices import Choices
from retention.conflicts.hiding import decision_on, decisions, hidden_before
from retention.kinds import Kind
from retention.models import ConflictDecision
from retention.periods import Period
from retention.purging.words import KEYS
from retention.spans import said
from tenancy.encryption import prefetch
from tenancy.encryption.withholding import withheld_days


@dataclass(frozen=True)
class Disagreement:
    """Two rules on one kind. `before`: what is older is to be hidden; `days`: how many days are, since `oldest`."""

    kind: Kind
    period: Period
    decision: ConflictDecision | None
    before: date | None
    days: int
    oldest: date | None

    @property
    def title(self) -> str:
        """The name of the kind."""
        return words.title(self.kind)

    @property
    def why(self) -> str:
        """Which rules they are."""
        return words.why(self.period)

    @property
    def longest(self) -> str:
        """The maximum in words."""
        return said(self.period.longest)

    @property
    def shortest(self) -> str:
        """The minimum in words."""
        return said(self.period.shortest)


def disagreements(member: Membership, at: datetime | None = None) -> list[Disagreement]:
    """Of each kind of which two rules disagree now. A few statements."""
    require(member, Permission.RETENTION_MANAGE)
    at = at or timezone.now()
    periods, known = Choices.load().periods(at), decisions()
    found = []
    for key_kind, kind in KEYS.items():
        period = periods[kind]
        if period.is_conflict:
            decision, hidden = decision_on(period, known), withheld_days(key_kind)
            oldest = hidden[0] if hidden else None
            before = hidden_before(period, at, decision)
            found.append(Disagreement(kind, period, decision, before, len(hidden), oldest))
    return found


def past_decisions(kind: Kind) -> list[ConflictDecision]:
    """What was decided on a kind and taken back, the newest first; at most 50."""
    rows = ConflictDecision.objects.filter(kind=kind).select_related("decided_by__user", "taken_back_by__user")
    found = list(rows.order_by("-decided_at", "-id")[:50])
    prefetch(found)
    return found


def undecided(member: Membership) -> int:
    """Kinds of which two rules disagree, and nobody has decided."""
    periods, known = Choices.load().periods(timezone.now()), None
    waiting = 0
    for kind in KEYS.values():
        if periods[kind].is_conflict:
            known = decisions() if known is None else known
            waiting += decision_on(periods[kind], known) is None
    return waiting
