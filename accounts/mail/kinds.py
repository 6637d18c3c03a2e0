"""What mails there are: how urgent each kind is, how long it is worth sending, how many somebody may get of it.

Each kind has a template, `templates/mail/<kind>.txt`: the subject, an empty line, the text. A mail never holds what
customers wrote or are called.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class MailKind(StrEnum):
    """The name is also the template's."""

    TRIAL = "trial"
    """`manage.py send_trial_mail`: shows that mail arrives."""
    BREAK_GLASS_USED = "break_glass_used"
    """To every owner: one of them came in by password although single sign-on is enforced."""


@dataclass(frozen=True)
class MailTerms:
    """`priority`: lower goes first. `life`: after that the mail is not sent any more. `an_hour`: to one address."""

    priority: int
    life: timedelta
    an_hour: int


URGENT = MailTerms(priority=10, life=timedelta(minutes=10), an_hour=10)
"""Somebody waits for it before a screen."""
USUAL = MailTerms(priority=20, life=timedelta(days=1), an_hour=5)
NOTICE = MailTerms(priority=30, life=timedelta(days=2), an_hour=20)
"""Tells somebody something that also stands on their pages."""

TERMS: dict[MailKind, MailTerms] = {
    MailKind.TRIAL: URGENT,
    MailKind.BREAK_GLASS_USED: NOTICE,
}
