"""How many customers one person may tell alone. Above that number a second person looks at it first."""

from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from texting.announcements.writing import CannotAnnounce
from texting.limits.standing import forget
from texting.models import SendingLimits
from texting.models.limits import ANNOUNCED_ALONE

MOST = 100_000


def most_alone() -> int:
    """The most customers of an announcement that begins without a second person."""
    return SendingLimits.objects.values_list("announced_alone", flat=True).first() or ANNOUNCED_ALONE


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
