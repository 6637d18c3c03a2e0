"""Mails about one's own sign-in. They say that something happened and where to go; no code, number or name but the
organization's, and never a link that changes anything by itself.
"""

import logging

from accounts import mail
from accounts.factors.ways import Way
from accounts.mail import MailKind
from accounts.mail.writing import Word
from accounts.models import Membership

log = logging.getLogger(__name__)


def factor_added(member: Membership, way: Way) -> None:
    """Another factor now guards the sign-in."""
    _tell(member, MailKind.SECOND_FACTOR_CHANGED, way=way.label, removed=0)


def factor_removed(member: Membership, way: Way) -> None:
    """One of them is gone."""
    _tell(member, MailKind.SECOND_FACTOR_CHANGED, way=way.label, removed=1)


def recovery_codes_made(member: Membership) -> None:
    """The earlier codes count no more."""
    _tell(member, MailKind.RECOVERY_CODES_MADE)


def recovery_code_used(member: Membership, *, left: int) -> None:
    """Somebody got in with one."""
    _tell(member, MailKind.RECOVERY_CODE_USED, left=str(left))


def sign_in_was_reset(member: Membership, *, by: str) -> None:
    """An admin, or whoever runs the installation, took password and factors away."""
    _tell(member, MailKind.SIGN_IN_RESET, by=by)


def reset_was_asked(member: Membership, *, by: str) -> None:
    """An admin asks the person's other organizations to agree to a reset."""
    _tell(member, MailKind.RECOVERY_BEGUN, by=by)


def reset_was_agreed(admin: Membership, *, about: str) -> None:
    """To whoever asked: all of the person's organizations have agreed."""
    _tell(admin, MailKind.RECOVERY_AGREED, name=about)


def _tell(member: Membership, kind: MailKind, **words: Word) -> None:
    """What happened stands in the log whether or not the person can be told."""
    try:
        mail.queue(to=member.user, kind=kind, words={"organization": member.organization.name, **words})
    except (mail.BadAddress, mail.TooManyMails) as error:
        log.warning("sign_in_notice_not_queued kind=%s error=%s", kind, type(error).__name__)
