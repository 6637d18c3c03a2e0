"""Why something is escalated: a trigger with its reasons, and the topics that it locks. Plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from compliance.detectors.findings import TYPES

MONEY = ("PAYMENT_CARD", "CARD_SECURITY", "BANK_ACCOUNT", "ROUTING_NUMBER", "IBAN", "FINANCIAL_INFO")
HEALTH = ("HEALTH_INFO", "MEDICAL_ID")
IDENTITY = ("US_SSN", "US_ITIN", "GOVERNMENT_ID", "DATE_OF_BIRTH", "CREDENTIAL")
_FAMILIES = (MONEY, HEALTH, IDENTITY)
TRIGGER_OF = {
    "CONSENT_CONFUSION": "consent_confusion",
    "SENSITIVE_REQUEST": "sensitive_request",
    "CARD_OFFER": "card_offer",
}
"""The trigger of each intent."""
LOCKS = {"card_offer": frozenset(MONEY), "sensitive_request": frozenset(TYPES)}
"""What triggers lock by themselves: who offers a card is not talked to about money by text, who wants private things
gets none of any kind."""


@dataclass(frozen=True)
class Signal:
    """One trigger. `facts` name rules and kinds, never a value; `words` are a member's own."""

    trigger: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()
    message_id: UUID | None = None
    words: str = ""


def family_of(kinds: Iterable[str]) -> frozenset[str]:
    """Everything of the families that these label types belong to."""
    wanted = set(kinds)
    return frozenset(one for family in _FAMILIES if wanted & set(family) for one in family) | wanted
