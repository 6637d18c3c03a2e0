"""What payments keep for a while only: events by which repeats are known, refused webhooks, refunds of strangers."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from portal.models import PaymentEvent, PaymentRefund, RefusedPaymentEvent
from portal.payments.hearing import not_held
from tenancy.background import each_organization

EVENT_DAYS = 30  # Stripe repeats an event for three days
STRANGER_DAYS = 7  # refunds of payments that other software asked for at the same account
_MOST = 1_000


def tidy() -> dict[str, int]:
    """In every organization, one at a time. Running it twice does no harm."""
    counts = each_organization("tidy payments", _tidy, until_nothing_left=True)
    return {"rows": counts.items, "failed": counts.failed}


def _tidy() -> int:
    now = timezone.now()
    refused = RefusedPaymentEvent.objects.filter(received_at__lt=now - timedelta(days=settings.QUARANTINE_DAYS))
    old = (
        PaymentEvent.objects.filter(received_at__lt=now - timedelta(days=EVENT_DAYS)),
        refused.filter(pk__in=not_held(refused)),
        PaymentRefund.objects.filter(session=None, created_at__lt=now - timedelta(days=STRANGER_DAYS)),
    )
    return sum(rows.filter(pk__in=list(rows.values_list("pk", flat=True)[:_MOST])).delete()[0] for rows in old)
