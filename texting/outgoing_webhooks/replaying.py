"""Sends again what an endpoint has missed: one delivery, or all that failed since a day."""

from datetime import datetime

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from texting.models import WebhookDelivery, WebhookEndpoint
from texting.outgoing_webhooks import queue
from texting.outgoing_webhooks.managing import insist_on_enabled

MOST_AT_ONCE = 2000  # deliveries of one press


def replay(*, member: Membership, delivery: WebhookDelivery) -> None:
    """Make one delivery again now, delivered or not, with the same id and three new days of attempts.

    One that waits for its next attempt is made at once. Raises NotPossible when the endpoint is not enabled.
    """
    require(member, Permission.WEBHOOKS_MANAGE)
    insist_on_enabled(delivery.endpoint)
    locked = WebhookDelivery.objects.select_for_update().get(pk=delivery.pk)
    _start([locked])
    audit.record(event=AuditKind.WEBHOOK_DELIVERY_REPLAYED, actor=member, object=locked)


def replay_failed(*, member: Membership, endpoint: WebhookEndpoint, since: datetime) -> tuple[int, int]:
    """Make all failed deliveries of events since then again, oldest first. Returns how many, and how many are left.

    Raises NotPossible when the endpoint is not enabled.
    """
    require(member, Permission.WEBHOOKS_MANAGE)
    insist_on_enabled(endpoint)
    failed = WebhookDelivery.objects.filter(
        endpoint=endpoint, state=WebhookDelivery.State.FAILED, created_at__gte=since
    )
    chosen = list(failed.select_for_update(skip_locked=True).order_by("created_at", "id")[:MOST_AT_ONCE])
    if chosen:
        _start(chosen)
        audit.record(
            event=AuditKind.WEBHOOK_DELIVERY_REPLAYED, actor=member, object=endpoint, since=since, count=len(chosen)
        )
    return len(chosen), failed.count()


def _start(deliveries: list[WebhookDelivery]) -> None:
    ids = [one.pk for one in deliveries]
    WebhookDelivery.objects.filter(pk__in=ids).update(state=WebhookDelivery.State.WAITING, finished_at=None)
    queue.again(current_organization_id(), [(one.pk, one.endpoint_id, one.attempts) for one in deliveries])
