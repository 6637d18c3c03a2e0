"""What the clock does about holds: remind before one expires and when it has, end requests that nobody confirmed, and
remember who had a number or a tag that is on hold, before either changes.
"""

from contextlib import suppress
from datetime import date, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import mail, notices
from accounts.mail import MailKind
from accounts.permissions import Permission
from retention.holds.freezing import live_scopes
from retention.holds.placing import meet, note
from retention.holds.releasing import lapse
from retention.models import Hold, HoldEvent
from tenancy import audit
from tenancy.audit import AuditKind

REMIND_BEFORE = timedelta(days=14)


def round_of_holds() -> int:
    """One round in the active organization, in the running transaction. Returns how many holds were seen to."""
    return lapse() + remind() + meet(list(live_scopes()))


def remind() -> int:
    """Mail the owner and whoever manages holds: once when the day is near, once when it is over. Twice is once.

    Mails hold no matter, only a count and a day: a matter names somebody. A hold that is over still counts.
    """
    today = timezone.localdate()
    near = Hold.objects.exclude(state=Hold.State.RELEASED).filter(expires_on__lte=today + REMIND_BEFORE)
    rows = near.select_related("owner__user", "owner__organization").order_by("expires_on", "pk")
    told = 0
    for hold in rows.select_for_update(skip_locked=True, of=("self",)):
        stage = _stage(hold, today)
        if hold.reminded_for is not None and hold.reminded_for >= stage:
            continue
        hold.reminded_for = stage
        hold.save(update_fields=["reminded_for"])
        _mail(hold)
        note(hold, HoldEvent.Kind.REMINDED, None, "")
        audit.record(event=AuditKind.HOLD_REMINDED, object=hold, expires_on=hold.expires_on)
        told += 1
    return told


def _stage(hold: Hold, today: date) -> date:
    """The day for which it is told: before the day of expiry, or that day itself once it has come."""
    if hold.expires_on is None:
        raise ValueError("a hold without a day is not reminded of")
    return hold.expires_on if hold.expires_on <= today else hold.expires_on - REMIND_BEFORE


def _mail(hold: Hold) -> None:
    if hold.expires_on is None:
        raise ValueError("a hold without a day is not reminded of")
    words: dict[str, mail.writing.Word] = {"due": mail.writing.day_in_words(hold.expires_on, "j M Y")}
    notices.tell(Permission.HOLDS_MANAGE, MailKind.HOLD_EXPIRES, route="holds", words=words)
    owner = hold.owner
    if not owner.is_active or not owner.user.is_active or not owner.wants_mails:
        return
    if owner.may(Permission.HOLDS_MANAGE):
        return  # told already
    page = {"organization": owner.organization.name, "page_link": settings.PUBLIC_BASE_URL + reverse("holds")}
    with suppress(mail.TooManyMails, mail.BadAddress):
        mail.queue(to=owner.user, kind=MailKind.HOLD_EXPIRES, words={**page, **words})
