"""A brand's day at the carriers that is nearly or wholly used up: told once, in the log and by mail.

Told is the day's highest mark, kept in its row: room that is given back and used again is not news. A changed cap
begins anew (`forget`).
"""

from datetime import datetime
from uuid import UUID

from accounts import notices
from accounts.mail import MailKind
from accounts.permissions import Permission
from tenancy import audit
from tenancy.audit import AuditKind
from texting.limits.bounds import NEAR
from texting.models import Brand, SendingCount

ALL = 100  # percent
_MARKS = (
    (round(NEAR * 100), AuditKind.CARRIER_DAY_NEAR, MailKind.CARRIER_DAY_NEAR),
    (ALL, AuditKind.CARRIER_DAY_REACHED, MailKind.CARRIER_DAY_REACHED),
)


def tell(day: SendingCount, cap: int, *, is_full: bool) -> None:
    """Record each mark that this day has passed since it was last told, and mail whoever may change limits.

    `day` is locked; what has been told is set on it, for the caller to save. `is_full`: a reply was too long for the
    segments that are left, which is as good as none.
    """
    percent = ALL if is_full else 100 * day.segments // max(cap, 1)
    passed = [mark for mark in _MARKS if day.told_percent < mark[0] <= percent]
    if not passed:
        return
    brand = Brand.objects.get(pk=UUID(bytes=bytes(day.key)))
    for mark, event, _kind in passed:
        audit.record(event=event, brand=brand.pk, segments=day.segments, cap=cap, day=day.begins_at)
        day.told_percent = mark
    mark, _event, kind = passed[-1]  # one mail says it
    notices.tell(Permission.LIMITS_MANAGE, kind, route="carriers", words={"brand": brand.name, "percent": mark})


def forget(brand: Brand, *, since: datetime) -> None:
    """Another cap holds: what was told of the days from `since` on was about the one before."""
    rows = SendingCount.objects.filter(kind=SendingCount.Kind.BRAND, key=brand.pk.bytes, begins_at__gte=since)
    rows.update(told_percent=0)
