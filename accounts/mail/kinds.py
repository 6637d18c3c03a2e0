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
    INVITATION = "invitation"
    FIRST_OWNER = "first_owner"
    SIGN_IN_RESET = "sign_in_reset"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a mail
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    ADDRESS_ASKED = "address_asked"
    ADDRESS_CONFIRM = "address_confirm"
    ADDRESS_CHANGED = "address_changed"
    SIGN_UP = "sign_up"
    CEILING_NEAR = "ceiling_near"
    CEILING_REACHED = "ceiling_reached"
    CARRIER_DAY_NEAR = "carrier_day_near"
    CARRIER_DAY_REACHED = "carrier_day_reached"
    WEBHOOK_STOPPED = "webhook_stopped"


@dataclass(frozen=True)
class MailTerms:
    """`priority`: lower goes first. `life`: after that the mail is not sent any more. `an_hour`: to one address."""

    priority: int
    life: timedelta
    an_hour: int


URGENT = MailTerms(priority=10, life=timedelta(minutes=10), an_hour=10)
"""Somebody waits for it before a screen."""
WAITED_FOR = MailTerms(priority=10, life=timedelta(hours=1), an_hour=5)
"""The same, with a link that is good for an hour."""
LONG = MailTerms(priority=20, life=timedelta(days=3), an_hour=5)
"""Good for a week: still of use after a mail server was away over a weekend."""
NOTICE = MailTerms(priority=30, life=timedelta(days=2), an_hour=20)
"""Tells somebody something that also stands on their pages."""

TERMS: dict[MailKind, MailTerms] = {
    MailKind.TRIAL: URGENT,
    MailKind.BREAK_GLASS_USED: NOTICE,
    MailKind.INVITATION: LONG,
    MailKind.FIRST_OWNER: LONG,
    MailKind.SIGN_IN_RESET: LONG,
    MailKind.PASSWORD_RESET: WAITED_FOR,
    MailKind.PASSWORD_CHANGED: NOTICE,
    MailKind.ADDRESS_ASKED: NOTICE,
    MailKind.ADDRESS_CONFIRM: WAITED_FOR,
    MailKind.ADDRESS_CHANGED: NOTICE,
    MailKind.SIGN_UP: WAITED_FOR,
    MailKind.CEILING_NEAR: NOTICE,
    MailKind.CEILING_REACHED: NOTICE,
    MailKind.CARRIER_DAY_NEAR: NOTICE,
    MailKind.CARRIER_DAY_REACHED: NOTICE,
    MailKind.WEBHOOK_STOPPED: NOTICE,
}
