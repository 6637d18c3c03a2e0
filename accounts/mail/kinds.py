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
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a mail
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    ADDRESS_ASKED = "address_asked"
    ADDRESS_CONFIRM = "address_confirm"
    ADDRESS_CHANGED = "address_changed"
    ADDRESS_FROM_DIRECTORY = "address_from_directory"
    DIRECTORY_AND_OWNER = "directory_and_owner"
    SIGN_UP = "sign_up"
    CEILING_NEAR = "ceiling_near"
    CEILING_REACHED = "ceiling_reached"
    CARRIER_DAY_NEAR = "carrier_day_near"
    CARRIER_DAY_REACHED = "carrier_day_reached"
    WEBHOOK_STOPPED = "webhook_stopped"
    REVEALS_UNUSUAL = "reveals_unusual"
    OPT_OUTS_FOUND = "opt_outs_found"
    SIGN_IN_CODE = "sign_in_code"
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    SIGN_IN_RESET = "sign_in_reset"
    RECOVERY_BEGUN = "recovery_begun"
    """These tell somebody what became of their own sign-in; no link in them changes anything."""
    RECOVERY_ASKED = "recovery_asked"
    RECOVERY_AGREED = "recovery_agreed"
    NEW_DEVICE = "new_device"
    SSO_CERTIFICATE_FOUND = "sso_certificate_found"
    SSO_CERTIFICATE_TAKEN = "sso_certificate_taken"
    SSO_DOMAIN_MISSING = "sso_domain_missing"
    ACCESS_REVIEW_DUE = "access_review_due"
    PERMISSION_REPORT = "permission_report"
    MEASURES_DUE = "measures_due"
    QUESTION_OVERDUE = "question_overdue"
    TEXT_WAITS = "text_waits"
    TEMPLATE_WAITS = "template_waits"
    ANNOUNCEMENT_WAITS = "announcement_waits"
    ANNOUNCEMENT_STOPPED = "announcement_stopped"
    ANNOUNCEMENT_FINISHED = "announcement_finished"
    PERMISSION_REQUEST_STOPPED = "permission_request_stopped"
    ESCALATION_WAITS = "escalation_waits"
    ESCALATION_YOURS = "escalation_yours"
    ESCALATION_BREACHED = "escalation_breached"
    ESCALATION_ANSWERED = "escalation_answered"
    CALL_DUE = "call_due"
    SCHEDULED_TEXT_STOPPED = "scheduled_text_stopped"
    HOLD_EXPIRES = "hold_expires"
    ACTION_YOURS = "action_yours"
    NOTIFICATIONS_WAIT = "notifications_wait"
    ACTION_DUE = "action_due"
    ACTION_SLIPPED = "action_slipped"
    RETENTION_SHORTENED = "retention_shortened"
    PURGE_STUCK = "purge_stuck"
    SUBJECT_REQUEST_DUE = "subject_request_due"
    EXPORT_READY = "export_ready"
    ORGANIZATION_ENDS = "organization_ends"
    ORGANIZATION_ENDED = "organization_ended"


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
HOURS = MailTerms(priority=20, life=timedelta(hours=4), an_hour=10)
"""Something waits for its reader, and ends by itself: later it would only annoy."""
NOTICE = MailTerms(priority=30, life=timedelta(days=2), an_hour=20)
"""Tells somebody something that also stands on their pages."""

LETTER = "letter"
"""Not a kind with a template: a person wrote it (`accounts.mail.letters`)."""
LETTER_TERMS = MailTerms(priority=15, life=timedelta(days=2), an_hour=10)
TERMS: dict[MailKind, MailTerms] = {
    MailKind.TRIAL: URGENT,
    MailKind.BREAK_GLASS_USED: NOTICE,
    MailKind.INVITATION: LONG,
    MailKind.FIRST_OWNER: LONG,
    MailKind.PASSWORD_RESET: WAITED_FOR,
    MailKind.PASSWORD_CHANGED: NOTICE,
    MailKind.ADDRESS_ASKED: NOTICE,
    MailKind.ADDRESS_CONFIRM: WAITED_FOR,
    MailKind.ADDRESS_CHANGED: NOTICE,
    MailKind.ADDRESS_FROM_DIRECTORY: NOTICE,
    MailKind.DIRECTORY_AND_OWNER: NOTICE,
    MailKind.SIGN_UP: WAITED_FOR,
    MailKind.CEILING_NEAR: NOTICE,
    MailKind.CEILING_REACHED: NOTICE,
    MailKind.CARRIER_DAY_NEAR: NOTICE,
    MailKind.CARRIER_DAY_REACHED: NOTICE,
    MailKind.WEBHOOK_STOPPED: NOTICE,
    MailKind.REVEALS_UNUSUAL: NOTICE,
    MailKind.OPT_OUTS_FOUND: NOTICE,
    MailKind.SIGN_IN_CODE: URGENT,
    MailKind.SECOND_FACTOR_CHANGED: NOTICE,
    MailKind.RECOVERY_CODES_MADE: NOTICE,
    MailKind.RECOVERY_CODE_USED: NOTICE,
    MailKind.SIGN_IN_RESET: NOTICE,
    MailKind.RECOVERY_BEGUN: NOTICE,
    MailKind.RECOVERY_ASKED: NOTICE,
    MailKind.RECOVERY_AGREED: NOTICE,
    MailKind.NEW_DEVICE: NOTICE,
    MailKind.SSO_CERTIFICATE_FOUND: NOTICE,
    MailKind.SSO_CERTIFICATE_TAKEN: NOTICE,
    MailKind.SSO_DOMAIN_MISSING: NOTICE,
    MailKind.ACCESS_REVIEW_DUE: NOTICE,
    MailKind.PERMISSION_REPORT: NOTICE,
    MailKind.MEASURES_DUE: NOTICE,
    MailKind.QUESTION_OVERDUE: NOTICE,
    MailKind.TEXT_WAITS: HOURS,
    MailKind.TEMPLATE_WAITS: NOTICE,
    MailKind.ANNOUNCEMENT_WAITS: NOTICE,
    MailKind.ANNOUNCEMENT_STOPPED: NOTICE,
    MailKind.ANNOUNCEMENT_FINISHED: NOTICE,
    MailKind.PERMISSION_REQUEST_STOPPED: NOTICE,
    MailKind.ESCALATION_WAITS: NOTICE,
    MailKind.ESCALATION_YOURS: NOTICE,
    MailKind.ESCALATION_BREACHED: NOTICE,
    MailKind.ESCALATION_ANSWERED: NOTICE,
    MailKind.CALL_DUE: NOTICE,
    MailKind.SCHEDULED_TEXT_STOPPED: HOURS,
    MailKind.HOLD_EXPIRES: NOTICE,
    MailKind.ACTION_YOURS: NOTICE,
    MailKind.NOTIFICATIONS_WAIT: HOURS,
    MailKind.ACTION_DUE: NOTICE,
    MailKind.ACTION_SLIPPED: NOTICE,
    MailKind.RETENTION_SHORTENED: NOTICE,
    MailKind.PURGE_STUCK: NOTICE,
    MailKind.SUBJECT_REQUEST_DUE: NOTICE,
    MailKind.EXPORT_READY: NOTICE,
    MailKind.ORGANIZATION_ENDS: NOTICE,
    MailKind.ORGANIZATION_ENDED: NOTICE,
}
