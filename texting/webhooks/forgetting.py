"""Ends what the quarantine keeps: after a number of days the rows go, and the keys that sealed them are destroyed."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models.functions import TruncDate
from django.utils import timezone

from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.background import each_organization
from tenancy.encryption import day_scope
from tenancy.encryption.shredding import destroy_keys
from texting.keeping_guards import kept_days, payload_days
from texting.models import QuarantinedRequest, QuarantineHour
from texting.models.quarantine import DAY_KIND


def forget_quarantine() -> dict[str, int]:
    """In every organization, one at a time. Returns counts; running it twice does no harm."""
    counts = each_organization("forget quarantined requests", _forget)
    return {"requests": counts.items, "failed": counts.failed}


def _forget() -> int:
    """Whole days of UTC only, because a key seals a day."""
    limit = older_than(payload_days(settings.QUARANTINE_DAYS), timezone.now())
    old = QuarantinedRequest.objects.filter(received_at__lt=limit)
    days = sorted(moment.date() for moment in old.datetimes("received_at", "day", tzinfo=UTC))
    kept = kept_days(days)
    days = [day for day in days if day not in kept]
    forgotten, _ = old.annotate(day=TruncDate("received_at", tzinfo=UTC)).filter(day__in=days).delete()
    QuarantineHour.objects.filter(hour__lt=limit).delete()
    if days:
        destroy_keys(DAY_KIND, *(day_scope(day) for day in days), reason="quarantined requests are forgotten")
        audit.record(event=AuditKind.WEBHOOK_FORGOTTEN, count=forgotten, first_day=days[0], last_day=days[-1])
    return forgotten


def older_than(days: int, now: datetime) -> datetime:
    """The first moment of the UTC day that is `days` before today's: what came before it is forgotten."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days)
