"""How often the detectors were right, by kind, as people judged them."""

from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import Membership
from compliance.findings.reading import kind_name, visible_findings
from compliance.models import Finding


@dataclass(frozen=True)
class Precision:
    """`right` of `decided` findings of one kind."""

    kind: str
    right: int
    decided: int

    @property
    def wrong(self) -> int:
        return self.decided - self.right

    @property
    def share(self) -> int:
        """Per cent, rounded down: it says 100 only where none was wrong."""
        return 100 * self.right // self.decided


def precision(member: Membership) -> list[Precision]:
    """By kind, of all that the member sees and somebody judged; what was judged most comes first."""
    judged = visible_findings(member).exclude(verdict=Finding.Verdict.OPEN).order_by()
    counted = judged.values("type").annotate(decided=Count("pk"), right=Count("pk", Q(verdict="right")))
    rows = [Precision(kind_name(one["type"]), one["right"], one["decided"]) for one in counted]
    return sorted(rows, key=lambda row: (-row.decided, row.kind))
