"""A forgotten password: whoever reads mail at the address chooses a new one.

Nobody learns whether an address signs in here: the answer is the same and so is the work; for an address that gets no
mail it is undone. A second factor stays: whoever lost that too asks an admin, and while the link that the admin hands
over has not been used no other one is mailed, since nothing but the mailbox would be asked for. All sessions end.

The mailbox gets the link, so it must not get the second factor too (decision 162): whoever has other factors loses
codes by e-mail with the reset; for whom they are the only one the link takes a recovery code as well, or an admin's
help.
"""

import logging
from contextlib import suppress

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import mail, mailed_links
from accounts.factors.enrolled import enrolled_ways
from accounts.factors.proving import with_recovery_code
from accounts.factors.ways import Way
from accounts.invitations import is_being_reset
from accounts.mailed_links import Opened, Purpose
from accounts.models import CodeMailbox, User
from accounts.models.user import normalized_email
from accounts.origins import Origin
from accounts.sessions import end_sessions
from accounts.signing_in import active_memberships, password_memberships
from accounts.throttling import TooManyAttempts
from tenancy import audit, rates
from tenancy.isolation import activate

OF_ONE_NETWORK = 10  # a quarter of an hour
log = logging.getLogger("parley.accounts")


class _Undo(Exception):
    pass


class MailboxIsNotEnough(Exception):
    """Codes by e-mail are all that guards this sign-in, and no recovery code was shown beside the link."""


def asks_recovery_code(user: User) -> bool:
    """Whether codes by e-mail are the person's only second factor."""
    return enrolled_ways(user) == {Way.EMAIL}


def ask(*, email: str, origin: Origin) -> None:
    """Mail a link, if somebody signs in with this address and a password. Raises TooManyAttempts, BadAddress."""
    slow_down("reset", origin)
    address = mail.checked_address(email)
    user = User.objects.filter(email=normalized_email(address), is_active=True).first()
    asked = user or User(email=address)  # whom nobody knows is looked up all the same
    is_reset, opens = is_being_reset(asked), password_memberships(asked).exists()
    able = user is not None and opens and not is_reset
    with suppress(_Undo, mail.TooManyMails), transaction.atomic():
        link = mailed_links.make(Purpose.PASSWORD, user=user)
        mail.queue(to=address, kind=mail.MailKind.PASSWORD_RESET, words={"reset_link": link, "minutes": 60})
        if not able:
            raise _Undo
    log.info("password_reset_asked")


def slow_down(name: str, origin: Origin) -> None:
    """So that nobody makes us write to many strangers. Raises TooManyAttempts."""
    allowance = rates.spend(f"{name}:{origin.network}", limit=OF_ONE_NETWORK, per_seconds=900)
    if not allowance.allowed:
        raise TooManyAttempts(int(allowance.retry_after or 60) + 1)


def choose(*, opened: Opened, password: str, origin: Origin, recovery_code: str = "") -> bool:
    """Set the new password and end everything that was signed in. False when the link was used a moment ago.

    Raises MailboxIsNotEnough, and the link stays good; TooManyAttempts after several wrong recovery codes.
    """
    if opened.user is None:
        return False
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=opened.user.pk)
        if user.auth_epoch != opened.link.epoch or not password_memberships(user).exists() or is_being_reset(user):
            return False
        is_enough = _is_enough(user, recovery_code)  # a wrong code is counted, so nothing is undone
        if is_enough:
            if not mailed_links.use_up(opened.link):
                return False
            _set(user, password)
    if not is_enough:
        raise MailboxIsNotEnough
    for member in active_memberships(user):
        with activate(member.organization):
            audit.record(
                event=audit.AuditKind.PASSWORD_CHANGED, actor=member, object=member, by="mail", address=origin.address
            )
    return True


def _is_enough(user: User, recovery_code: str) -> bool:
    member = active_memberships(user).first()
    return not asks_recovery_code(user) or (member is not None and with_recovery_code(member, recovery_code))


def _set(user: User, password: str) -> None:
    """The password; codes by e-mail go where something else guards the sign-in."""
    user.set_password(password)
    user.email_proved_at = timezone.now()
    user.save(update_fields=["password", "email_proved_at"])
    User.objects.filter(pk=user.pk).update(auth_epoch=F("auth_epoch") + 1)
    if not asks_recovery_code(user):
        CodeMailbox.objects.filter(user=user).delete()
    end_sessions(user_id=user.pk)
    with suppress(mail.TooManyMails):
        mail.queue(to=user, kind=mail.MailKind.PASSWORD_CHANGED)
