"""Another address to sign in with: asked for by whoever is signed in, confirmed by whoever reads the new mailbox.

The old address is told when it is asked for and when it is done, so that a stolen session does not take an account
away unnoticed.
"""

from contextlib import suppress

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts import mail, mailed_links
from accounts.mailed_links import Opened, Purpose
from accounts.models import Membership, User
from accounts.sessions import end_sessions
from accounts.signing_in import active_memberships
from tenancy import audit
from tenancy.isolation import activate


def ask(*, member: Membership, email: str) -> None:
    """Mail a link to the new address and a word to the old one.

    The answer is the same when somebody signs in with the new address already; no link goes there then. Raises
    BadAddress, TooManyMails.
    """
    address = mail.checked_address(email)
    if address == member.user.email:
        return
    mail.queue(to=member.user, kind=mail.MailKind.ADDRESS_ASKED, words={"new_email": address})
    if not User.objects.filter(email=address).exists():
        link = mailed_links.make(Purpose.ADDRESS, user=member.user, payload={"email": address})
        mail.queue(to=address, kind=mail.MailKind.ADDRESS_CONFIRM, words={"address_link": link, "minutes": 60})
    audit.record(event=audit.AuditKind.MEMBER_CHANGED, actor=member, object=member, changed="email", asked=True)


def confirm(*, opened: Opened) -> bool:
    """Sign in with the new address from now on; everything that was signed in ends, both addresses are told.

    False when the link was used a moment ago, or somebody else took the address meanwhile.
    """
    if opened.user is None:
        return False
    new, old = str(opened.payload["email"]), opened.user.email
    try:
        with transaction.atomic():
            user = User.objects.select_for_update(no_key=True).get(pk=opened.user.pk)
            if user.auth_epoch != opened.link.epoch or not mailed_links.use_up(opened.link):
                return False
            user.email, user.email_proved_at = new, timezone.now()
            user.save(update_fields=["email", "email_proved_at"])
            User.objects.filter(pk=user.pk).update(auth_epoch=F("auth_epoch") + 1)
            end_sessions(user_id=user.pk)
            for address in (old, new):
                with suppress(mail.TooManyMails, mail.BadAddress):
                    mail.queue(to=address, kind=mail.MailKind.ADDRESS_CHANGED, words={"new_email": new})
    except IntegrityError:
        return False
    for member in active_memberships(user):
        with activate(member.organization):
            audit.record(event=audit.AuditKind.MEMBER_CHANGED, actor=member, object=member, changed="email")
    return True
