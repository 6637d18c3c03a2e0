"""A forgotten password: whoever reads mail at the address chooses a new one.

Nobody learns whether an address signs in here: the answer is the same and so is the work; for an address that gets no
mail it is undone. A second factor stays: whoever lost that too asks an admin, and while the link that the admin hands
over has not been used no other one is mailed, since nothing but the mailbox would be asked for. All sessions end.
"""

import logging
from contextlib import suppress

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import mail, mailed_links
from accounts.invitations import is_being_reset
from accounts.mailed_links import Opened, Purpose
from accounts.models import User
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


def choose(*, opened: Opened, password: str, origin: Origin) -> bool:
    """Set the new password and end everything that was signed in. False when the link was used a moment ago."""
    if opened.user is None:
        return False
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=opened.user.pk)
        if user.auth_epoch != opened.link.epoch or not password_memberships(user).exists() or is_being_reset(user):
            return False
        if not mailed_links.use_up(opened.link):
            return False
        user.set_password(password)
        user.email_proved_at = timezone.now()
        user.save(update_fields=["password", "email_proved_at"])
        User.objects.filter(pk=user.pk).update(auth_epoch=F("auth_epoch") + 1)
        end_sessions(user_id=user.pk)
        with suppress(mail.TooManyMails):
            mail.queue(to=user, kind=mail.MailKind.PASSWORD_CHANGED)
    for member in active_memberships(user):
        with activate(member.organization):
            audit.record(
                event=audit.AuditKind.PASSWORD_CHANGED, actor=member, object=member, by="mail", address=origin.address
            )
    return True
