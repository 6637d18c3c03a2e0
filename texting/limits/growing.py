"""Ceilings grow with honest use: a day that used half of its ceiling and raised no alarm doubles the next day's.

A new organization begins with 50 segments a day and so needs a week and a half of real use for 10,000. Nothing grows
beyond what the operator allows (`most_segments`).
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting.limits.bounds import GROWS_AT
from texting.limits.standing import Kind, forget
from texting.models import LimitChange, SendingCount, SendingLimits, SendingStop

KEPT = timedelta(days=400)  # days' counts, for plots and reports
KEPT_HOURS = timedelta(days=3)


def grow() -> int:
    """Judge yesterday, once, in the active organization. Returns 1 when its ceiling grew."""
    zone = ZoneInfo(Organization.objects.get(pk=current_organization_id()).time_zone)
    midnight = timezone.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = (midnight - timedelta(hours=12)).replace(hour=0)
    row, _ = SendingLimits.objects.select_for_update().get_or_create()
    if row.grown_on is not None and row.grown_on >= yesterday.date():
        return 0
    row.grown_on = yesterday.date()
    used = SendingCount.objects.filter(kind=Kind.DAY, begins_at=yesterday).values_list("segments", flat=True).first()
    alarmed = SendingStop.objects.filter(raised_at__gte=yesterday).exists()
    before, grown = row.daily_segments, min(row.daily_segments * 2, row.most_segments)
    grows = (used or 0) >= before * GROWS_AT and not alarmed and grown > before
    if grows:
        row.daily_micros = row.daily_micros * grown // max(before, 1)
        row.daily_segments = grown
        LimitChange.objects.create(what=LimitChange.What.GREW, before=before, after=grown)
        audit.record(event=AuditKind.SENDING_CEILING_CHANGED, object=row, before=before, after=grown, rule="growth")
    row.save()
    forget()
    return int(grows)


def forget_counts() -> int:
    """Delete counts that nothing looks at any more. Returns how many."""
    now = timezone.now()
    days = [Kind.DAY, Kind.BRAND]
    old = SendingCount.objects.exclude(kind__in=days).filter(begins_at__lt=now - KEPT_HOURS)
    return old.delete()[0] + SendingCount.objects.filter(kind__in=days, begins_at__lt=now - KEPT).delete()[0]
