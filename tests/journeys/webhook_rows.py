"""A webhook endpoint with a log, for looking at its pages: nothing of it is ever sent."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Membership
from tenancy.isolation import activate
from texting.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookLane
from texting.outgoing_webhooks import EventKind, managing
from texting.outgoing_webhooks.publishing import numbered

ENDS = (
    ("delivered", 200, "", 84, "ok"),
    ("delivered", 204, "", 112, ""),
    ("waiting", 503, "", 9120, "<html><h1>Service unavailable</h1>" + "down for maintenance " * 30),
    ("failed", None, "certificate", 31, ""),
    ("waiting", None, "slow_to_answer", 10_004, ""),
    ("failed", None, "disabled", None, ""),
)


def webhook_pages(member: Membership, url: str, description: str, *, rows: int) -> tuple[str, str]:
    """The path of the endpoint's page, and of the delivery with the most to show."""
    kinds = [EventKind.MESSAGE_RECEIVED, EventKind.MESSAGE_STATUS, EventKind.CONTACT_OPTED_OUT]
    with activate(member.organization_id):
        endpoint = managing.add(member=member, url=url, description=description, kinds=kinds)
        WebhookLane.objects.filter(endpoint_id=endpoint.pk).delete()
        now = timezone.now()
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=now - timedelta(hours=2))
        happened = [
            (kinds[at % 3], {"message_id": str(endpoint.pk)}, now - timedelta(minutes=at)) for at in range(rows)
        ]
        shown = None
        for at, event in enumerate(numbered(happened)):
            state, status, failure, took, answer = ENDS[at % len(ENDS)]
            attempts = 0 if took is None else 1 + at % 3
            delivery = WebhookDelivery.objects.create(
                endpoint=endpoint,
                event=event,
                state=state,
                attempts=attempts,
                last_status=status,
                last_failure=failure,
                last_milliseconds=took,
            )
            for number in range(attempts):
                WebhookAttempt.objects.create(
                    delivery=delivery,
                    number=number + 1,
                    started_at=now - timedelta(minutes=attempts - number),
                    milliseconds=took,
                    status=status,
                    failure=failure,
                    answer=answer[:500],
                )
            if status == 503 and shown is None:
                shown = delivery
        page = f"/settings/webhooks/{endpoint.pk}/"
        return page, f"{page}deliveries/{shown.pk}/"
