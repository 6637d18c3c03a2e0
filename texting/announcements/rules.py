"""How many customers one person may tell alone. Above that number a second person looks at it first.

Several are counted as one where the same people had a hand in them and they begin within a day: who cuts an
announcement small has told as many. Each customer counts once, so a correction to the same ones asks nobody.
"""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from texting.announcements.second_person import concerned
from texting.announcements.writing import CannotAnnounce
from texting.limits.standing import forget
from texting.models import Announcement, AnnouncementRecipient, SendingLimits
from texting.models.limits import ANNOUNCED_ALONE

MOST = 100_000
WITHIN = timedelta(days=1)
State, RowState = Announcement.State, AnnouncementRecipient.State
_TOLD = (RowState.UNREAD, RowState.READY, RowState.QUEUED, RowState.SENT, RowState.FAILED)
"""Who got it or may get it; unread are those of one whose time has come, while all are looked at again."""


def most_alone() -> int:
    """The most customers of an announcement that begins without a second person."""
    return SendingLimits.objects.values_list("announced_alone", flat=True).first() or ANNOUNCED_ALONE


def takes_two(row: Announcement, by: Membership, *, at: datetime) -> bool:
    """Whether a second person has to look at it before `by` has it begin then; the caller holds the row.

    One question at a time in an organization, so that of two who begin at one moment the later sees the earlier.
    """
    _lock()
    return told_alone(row, by, at=at) > most_alone()


def told_alone(row: Announcement, by: Membership, *, at: datetime) -> int:
    """How many customers it would go to together with what its people began within a day of `at` and nobody approved,
    or have planned to begin by then.
    """
    begun = Q(started_at__gt=at - WITHIN, started_at__lte=at + WITHIN)
    due = Q(state__in=[State.PLANNED, State.CHECKING], begins_at__gt=at - WITHIN, begins_at__lte=at + WITHIN)
    others = list(Announcement.objects.filter(begun | due, approved_by=None).exclude(pk=row.pk))
    hands = concerned([row, *others])
    mine = hands[row.pk] | {by.pk}
    counted = [row.pk, *(other.pk for other in others if hands[other.pk] & mine)]
    people = AnnouncementRecipient.objects.filter(announcement__in=counted, state__in=_TOLD).order_by()
    return people.values("contact").distinct().count()


def _lock() -> None:
    with connection.cursor() as cursor:
        name = f"alone {current_organization_id()}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def set_most_alone(*, member: Membership, people: int) -> None:
    """From now on; what waits for approval goes on waiting. Raises CannotAnnounce out of bounds; MissingPermission."""
    require(member, Permission.LIMITS_MANAGE)
    if not 1 <= people <= MOST:
        raise CannotAnnounce(_("Choose a number between 1 and %(most)s.") % {"most": f"{MOST:,}"})
    before = most_alone()
    if before == people:
        return
    SendingLimits.objects.bulk_create([SendingLimits()], ignore_conflicts=True)
    SendingLimits.objects.update(announced_alone=people)
    forget()
    audit.record(event=AuditKind.ANNOUNCEMENT_RULE_CHANGED, actor=member, before=before, after=people)
