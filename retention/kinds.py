"""The kinds of data that have a period of their own. Plain values.

Days are counted from what `Kind` says. Bounds and defaults: docs/retention.md; `None` as a period means never.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from retention.spans import Unit, Words, days_of


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
    EXPORTS = "exports"  # files that somebody asked for, from when they were ready
    AUDIT = "audit"  # details of audit events; the chain stays


def _years(number: int) -> int:
    return days_of(number, Unit.YEARS)


@dataclass(frozen=True)
class Bounds:
    """Days. `default` is what holds as long as an organization has not chosen; None: never."""

    shortest: int
    longest: int | None
    default: int | None
    source: Words


BOUNDS: dict[Kind, Bounds] = {
    Kind.CONTACTS: Bounds(30, None, _years(3), _("storage limitation, GDPR Art. 5(1)(e)")),
    Kind.CONVERSATIONS: Bounds(_years(5), None, _years(5), _("28 USC 1658 and 16 CFR 310.5: what you sent, and why")),
    Kind.BODIES: Bounds(30, None, _years(2), _("no law asks for the words themselves")),
    Kind.ATTACHMENTS: Bounds(7, None, _years(1), _("never longer than the words they came with")),
    Kind.FINDINGS: Bounds(30, None, _years(2), _("review and improvement")),
    Kind.SECURE_REPLIES: Bounds(7, None, _years(2), _("the minimum necessary, 45 CFR 164.502(b)")),
    Kind.PAYMENTS: Bounds(30, None, _years(2), _("disputes come within 18 months")),
    Kind.WEBHOOKS: Bounds(4, 90, 30, _("three days of retries, and time to look")),
    Kind.EXPORTS: Bounds(1, 30, 7, _("a file that was fetched is of no more use here")),
    Kind.AUDIT: Bounds(_years(1), None, _years(6), _("PCI DSS 10.5.1: a year; 45 CFR 164.316(b)(2): six")),
}
