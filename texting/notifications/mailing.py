"""Mails whoever has left something unread for some minutes, and forgets what is old. Begun by the clock.

The mail says that something waits and nothing else: no name, no number, no words, no kind. One goes for everything that
is unread; the next one only after the member has looked. Quiet hours put it off, they do not drop it.
"""

from datetime import timedelta

from django.utils import timezone

from accounts import notices
from accounts.mail import MailKind
from accounts.models import Membership
from tenancy.background import Counts, each_organization
from texting.models import Notification
from texting.notifications.choosing import Way
from texting.notifications.reading import wanted

WAIT = timedelta(minutes=10)
TOO_OLD = timedelta(days=1)
"""What could not be told for so long, because the clock stood, is no news any more."""
KEPT = timedelta(days=90)
BATCH = 1000


def mail_unread() -> Counts:
    """Every organization in turn. Counts the mails that were queued."""
    return each_organization("mail unread notifications", _mail)


def forget_old() -> Counts:
    """Every organization in turn, in batches, each in a transaction of its own."""
    return each_organization("forget old notifications", _forget_batch, until_nothing_left=True)


def _mail() -> int:
    now = timezone.now()
    due = Notification.objects.filter(
        read_at__isnull=True, mailed_at__isnull=True, at__lte=now - WAIT, at__gt=now - TOO_OLD
    ).order_by()
    members = Membership.objects.filter(pk__in=due.values("member"), is_active=True, user__is_active=True)
    mails = 0
    for member in members.select_related("user", "organization").order_by("pk"):
        choices, rows = wanted(member, Way.EMAIL)
        if choices.is_quiet(now, member.organization.time_zone):
            continue
        unread = rows.filter(read_at__isnull=True)
        waits = unread.filter(pk__in=due.filter(member=member).values("pk")).exists()
        if waits and not unread.filter(mailed_at__gt=now - TOO_OLD).exists():
            notices.tell_member(member, MailKind.NOTIFICATIONS_WAIT, route="notifications")
            mails += 1
        due.filter(member=member).update(mailed_at=now)
    return mails


def _forget_batch() -> int:
    old = Notification.objects.filter(at__lt=timezone.now() - KEPT).order_by()
    ids = list(old.values_list("pk", flat=True)[:BATCH])
    Notification.objects.filter(pk__in=ids).delete()
    return len(ids)
