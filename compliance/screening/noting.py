"""Keeps what was found in texts, without the values."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from compliance.detectors import RULE_VERSION
from compliance.models import Finding
from compliance.screening.masking import Found
from tenancy.encryption import blind_index

PURPOSE = "finding"
_STATEMENTS = frozenset({"HEALTH_INFO", "FINANCIAL_INFO"})  # phrases: the same one twice means nothing


def rows(
    found: Iterable[Found], *, message: UUID, conversation: UUID, direction: Finding.Direction, at: datetime
) -> list[Finding]:
    """Rows to be inserted; needs the organization to be active. `at` is aware."""
    return [
        Finding(
            message_id=message,
            conversation_id=conversation,
            direction=direction,
            type=one.finding.type,
            confidence=one.finding.confidence,
            score=round(one.finding.score, 3),
            reasons=[[reason.rule, round(reason.weight, 3)] for reason in one.finding.reasons],
            rules_version=RULE_VERSION,
            masked=one.finding.masked,
            was_removed=one.removed,
            digest=_digest(one),
            found_at=at,
        )
        for one in found
    ]


def _digest(one: Found) -> bytes | None:
    if one.finding.type in _STATEMENTS:
        return None
    return blind_index(PURPOSE, f"{one.finding.type}:{one.value.casefold()}")
