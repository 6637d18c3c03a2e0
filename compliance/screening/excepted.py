"""Takes out of what was found what the organization has made an exception for: likely findings only.

Cards, their details, social security and tax numbers and secrets know no exception, and neither does what is sure.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from compliance.detectors import Finding
from compliance.models import FindingException
from compliance.models.finding_exception import NEVER

HOLDS_FOR = 90  # days, then somebody says that it stays


class Exceptions:
    """Those that hold now, looked up once and only where a finding could be one."""

    def __init__(self) -> None:
        self._rows: list[FindingException] | None = None

    def match(self, found: Finding) -> UUID | None:
        """The exception that this finding is, if any. Needs the organization to be active."""
        if not may_be_excepted(found.type, found.confidence):
            return None
        if self._rows is None:
            self._rows = list(in_force(timezone.now()))
        rules, phrases = parts([reason.rule for reason in found.reasons])
        fitting = (one for one in self._rows if (one.type, one.rules) == (found.type, rules))
        return next((one.pk for one in fitting if not one.phrase or one.phrase in phrases), None)

    def without(self, found: Sequence[Finding]) -> tuple[list[Finding], list[UUID]]:
        """What remains, and the exceptions that took the rest."""
        matched = [(one, self.match(one)) for one in found]
        return [one for one, by in matched if by is None], list({by for _, by in matched if by is not None})


def may_be_excepted(kind: str, confidence: str) -> bool:
    """Whether findings like this know exceptions at all."""
    return confidence == "medium" and kind not in NEVER


def parts(rules: Iterable[str]) -> tuple[str, list[str]]:
    """The names of these rules as an exception keeps them, and the phrases of our lists that they matched."""
    named = [rule.partition("/") for rule in rules]
    return ",".join(sorted({name for name, _, _ in named})), sorted({phrase for _, _, phrase in named if phrase})


def in_force(moment: datetime) -> Iterable[FindingException]:
    """Neither removed nor waiting for somebody to say that they stay."""
    return FindingException.objects.filter(ended_at=None, review_at__gt=moment)
