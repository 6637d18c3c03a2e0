"""Telling a person that they, or somebody in their name, signed in with a browser that was not seen before.

The browser is known by its long-lived cookie (`accounts.origins.remember_browser`). The mail has a link for "this was
not me": one more click ends every session and forgets the password, and leads to choosing a new one.
"""

from contextlib import suppress

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise

from accounts import mail, mailed_links
from accounts.mailed_links import Opened, Purpose
from accounts.models import KnownDevice, Membership, SignInEvent, SignInOutcome, User
from accounts.origins import Origin, browser_later
from accounts.sessions import end_sessions
from accounts.signing_in import active_memberships, password_memberships
from tenancy import audit
from tenancy.isolation import activate

MOST_DEVICES = 20  # of one person; the one that was used longest ago is forgotten first


@transaction.atomic
def note_sign_in(*, user: User, browser_id: str, origin: Origin) -> bool:
    """The user has just signed in with the browser of that random name. Returns whether a mail tells them of it.

    The first sign-in of all is no news, since nothing was seen before it.
    """
    now = timezone.now()
    device = salted_hmac("accounts.known_devices", f"{user.pk} {browser_id}", algorithm="sha256").digest()
    _row, is_new = KnownDevice.objects.get_or_create(user=user, device=device, defaults={"first_seen_at": now})
    KnownDevice.objects.filter(user=user, device=device).update(last_seen_at=now)
    if not is_new:
        return False
    devices = KnownDevice.objects.filter(user=user)
    too_many = devices.order_by("-last_seen_at", "-pk").values_list("pk", flat=True)[MOST_DEVICES:]
    KnownDevice.objects.filter(pk__in=list(too_many)).delete()
    entered = SignInEvent.objects.filter(user=user, outcome=SignInOutcome.SIGNED_IN)
    if devices.count() == 1 and entered.count() <= 1:
        return False
    return _tell(user, origin)


def _tell(user: User, origin: Origin) -> bool:
    words: dict[str, str | int | Promise] = {
        "browser": browser_later(origin.browser),
        "moment": f"{timezone.now():%Y-%m-%d %H:%M} UTC",
        "not_me_link": mailed_links.make(Purpose.NOT_ME, user=user),
    }
    if origin.address:
        words["from_ip"] = origin.address
    with suppress(mail.BadAddress, mail.TooManyMails):
        mail.queue(to=user, kind=mail.MailKind.NEW_DEVICE, words=words)
        return True
    return False


def was_not_me(*, opened: Opened, origin: Origin) -> str | None:
    """End everything that is signed in as the link's person and forget their password.

    Returns the address at which a new password is chosen, "" for somebody who has none here (single sign-on), None when
    the link was used a moment ago.
    """
    if opened.user is None:
        return None
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=opened.user.pk)
        if user.auth_epoch != opened.link.epoch or not mailed_links.use_up(opened.link):
            return None
        had_password = user.has_usable_password() and password_memberships(user).exists()
        if had_password:
            user.set_password(None)
            user.save(update_fields=["password"])
        User.objects.filter(pk=user.pk).update(auth_epoch=F("auth_epoch") + 1)
        user.refresh_from_db(fields=["auth_epoch"])
        ended = end_sessions(user_id=user.pk)
        KnownDevice.objects.filter(user=user).delete()
        link = mailed_links.make(Purpose.PASSWORD, user=user) if had_password else ""
    for member in active_memberships(user):
        _record(member, ended, origin)
    return link


def _record(member: Membership, ended: int, origin: Origin) -> None:
    with activate(member.organization):
        audit.record(
            event=audit.AuditKind.SIGN_IN_DISOWNED,
            actor=member,
            object=member,
            sessions_ended=ended,
            address=origin.address,
        )
