"""Mails about announcements: that one waits for a second person, has stopped by itself, or is over.

They say that and lead to the list: no name, no words, no numbers of customers.
"""

from datetime import datetime

from django.db.models import Max

from accounts import notices
from accounts.mail import MailKind
from accounts.models import Membership
from accounts.permissions import Permission
from texting.announcements.notified import NAME, Announcements
from texting.announcements.second_person import concerned
from texting.models import Announcement, Notification
from texting.notifications import things
from texting.notifications.choosing import is_quiet_for
from texting.queries import visible_lines


def waits(row: Announcement) -> None:
    """To everybody who may let it begin, in the running transaction."""
    first = concerned([row])[row.pk]
    able = notices.holders(Permission.ANNOUNCEMENTS_APPROVE).values_list("pk", flat=True)
    things.waits(NAME, row.pk, members=set(able) - first, actor=row.started_by)
    mail_due()


def mail_due() -> int:
    """Mail those who may let one begin and have not been mailed of the newest that waits for them. Returns how many."""
    return notices.tell_of_waiting(
        Permission.ANNOUNCEMENTS_APPROVE,
        MailKind.ANNOUNCEMENT_WAITS,
        route="announcements",
        waiting=Announcement.objects.filter(state=Announcement.State.ASKED),
        newest=_newest_for,
        is_quiet=is_quiet_for,
    )


def _newest_for(member: Membership) -> datetime | None:
    """When somebody asked: their notification says so."""
    waiting = Announcements().waiting(member).order_by().values("pk")
    told = Notification.objects.filter(member=member, kind=Notification.Kind.APPROVAL, about=NAME, about_id__in=waiting)
    found: datetime | None = told.aggregate(newest=Max("at"))["newest"]
    return found


def decided(row: Announcement, *, asker: Membership | None, by: Membership, approved: bool) -> None:
    """Lists show it as waiting no more; whoever asked learns what became of it."""
    outcome = things.APPROVED if approved else things.REFUSED
    things.is_over(NAME, row.pk, outcome=outcome, told=asker, actor=by)


def stopped(row: Announcement, author: Membership | None) -> None:
    """To whoever it ran for, or was to; to all who could go on with it where that is nobody who reads mails."""
    if author is None or author.is_machine or not _is_here(author) or not author.may(Permission.ANNOUNCEMENTS_PREPARE):
        notices.tell(
            Permission.ANNOUNCEMENTS_PREPARE,
            MailKind.ANNOUNCEMENT_STOPPED,
            route="announcements",
            only=lambda member: _may_see(member, row),
        )
        return
    notices.tell_member(author, MailKind.ANNOUNCEMENT_STOPPED, route="announcements")


def finished(row: Announcement, author: Membership) -> None:
    """To whoever it ran for."""
    if not author.is_machine and _is_here(author):
        notices.tell_member(author, MailKind.ANNOUNCEMENT_FINISHED, route="announcements")


def _is_here(member: Membership) -> bool:
    return member.is_active and member.user.is_active


def _may_see(member: Membership, row: Announcement) -> bool:
    may = member.may(Permission.ANNOUNCEMENTS_PREPARE)
    return may and visible_lines(member).filter(pk=row.line_id).exists()
