"""Ends the log: deliveries and events whose days are over, and what removed endpoints left."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from tenancy.background import Counts, each_organization
from texting.keeping_guards import payload_days
from texting.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from texting.outgoing_webhooks.recording import close

BATCH = 1000
State = WebhookEndpoint.State


def forget_old() -> Counts:
    """Every organization in turn, in batches, each in a transaction of its own."""
    return each_organization("forget old webhook deliveries", _forget_batch, until_nothing_left=True)


def _forget_batch() -> int:
    _end_waiting_for_disabled()
    end = timezone.now() - timedelta(days=payload_days(settings.WEBHOOK_LOG_DAYS))
    settled = WebhookDelivery.objects.exclude(state=WebhookDelivery.State.WAITING)
    old = settled.filter(created_at__lt=end) | settled.filter(endpoint__state=State.REMOVED)
    ids = list(old.order_by().values_list("pk", flat=True)[:BATCH])
    WebhookAttempt.objects.filter(delivery_id__in=ids).delete()
    WebhookDelivery.objects.filter(pk__in=ids).delete()
    lonely = WebhookEvent.objects.filter(occurred_at__lt=end, deliveries__isnull=True)
    events = list(lonely.order_by().values_list("pk", flat=True)[:BATCH])
    WebhookEvent.objects.filter(pk__in=events).delete()
    if not ids:
        removed = WebhookEndpoint.objects.filter(state=State.REMOVED, deliveries__isnull=True)
        removed.delete()
    return len(ids) + len(events)


def _end_waiting_for_disabled() -> None:
    """What a transaction wrote for an endpoint that was disabled before it committed."""
    waiting = WebhookDelivery.objects.filter(state=WebhookDelivery.State.WAITING)
    stuck = waiting.exclude(endpoint__state=State.ENABLED).order_by().values_list("endpoint_id", flat=True)
    for endpoint_id in stuck.distinct():
        close(endpoint_id)
