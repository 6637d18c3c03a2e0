"""The kinds of data that have a period of their own. Plain values.

Days are counted from what `Kind` says. Bounds and defaults: DOMAIN.md 8.2; `None` as a period means never.
"""

from dataclasses import dataclass
from enum import StrEnum

DAYS_A_YEAR = 365
DAYS_A_MONTH = 30


class Kind(StrEnum):
    """What a policy is about; the value is stored."""

    CONTACTS = "contacts"  # the person, from the last time anything happened with them
    CONVERSATIONS = "conversations"  # rows of a conversation and all in it, from its resolution
    BODIES = "bodies"  # words of texts, notes, e-mails and calls, from when they were written
    ATTACHMENTS = "attachments"  # pictures and files, from when they came
    FINDINGS = "findings"  # what detectors found and what was decided about it
    SECURE_REPLIES = "secure_replies"  # what customers answered on private pages; messages end by themselves
    PAYMENTS = "payments"  # what was to be paid for; amounts and dates stay in the books
    WEBHOOKS = "webhooks"  # payloads: quarantined requests and answers of endpoints
    EXPORTS = "exports"  # files that somebody asked for
    AUDIT = "audit"  # details of audit events; the chain stays


@dataclass(frozen=True)
class Bounds:
    """Days. `default` is what holds as long as an organization has not chosen; None: never."""

    shortest: int
    longest: int | None
    default: int | None
    by_conversation: bool  # whether teams and tags may have another period than the organization
    source: str


BOUNDS: dict[Kind, Bounds] = {
    Kind.CONTACTS: Bounds(DAYS_A_MONTH, None, 36 * DAYS_A_MONTH, True, "storage limitation, GDPR Art. 5(1)(e)"),
    Kind.CONVERSATIONS: Bounds(DAYS_A_MONTH, None, 5 * DAYS_A_YEAR, True, "28 USC 1658; TSR 16 CFR 310.5"),
    Kind.BODIES: Bounds(DAYS_A_MONTH, 10 * DAYS_A_YEAR, 2 * DAYS_A_YEAR, True, "no law asks for words"),
    Kind.ATTACHMENTS: Bounds(7, 10 * DAYS_A_YEAR, DAYS_A_YEAR, True, "never longer than the words"),
    Kind.FINDINGS: Bounds(DAYS_A_MONTH, 10 * DAYS_A_YEAR, 2 * DAYS_A_YEAR, True, "review and improvement"),
    Kind.SECURE_REPLIES: Bounds(7, 10 * DAYS_A_YEAR, 2 * DAYS_A_YEAR, True, "minimum necessary, 45 CFR 164.502(b)"),
    Kind.PAYMENTS: Bounds(DAYS_A_MONTH, 10 * DAYS_A_YEAR, 2 * DAYS_A_YEAR, True, "disputes come within 18 months"),
    Kind.WEBHOOKS: Bounds(4, 90, 30, False, "DOMAIN.md 8.2"),
    Kind.EXPORTS: Bounds(1, 30, 7, False, "DOMAIN.md 8.2"),
    Kind.AUDIT: Bounds(DAYS_A_YEAR, None, 6 * DAYS_A_YEAR, False, "45 CFR 164.316(b)(2); PCI DSS 10.5.1"),
}
