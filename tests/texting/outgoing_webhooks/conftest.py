"""An endpoint without a page, and what was written down for it."""

from dataclasses import dataclass

import pytest

from accounts.models import Membership
from tenancy.isolation import activate
from tenancy.models import Organization
from texting.models import WebhookDelivery, WebhookDue, WebhookEndpoint, WebhookEvent, WebhookLane
from texting.outgoing_webhooks import publishing
from texting.outgoing_webhooks.kinds import OFFERED
from texting.outgoing_webhooks.signing import new_secret


def endpoint_of(organization: Organization, member: Membership, *, url: str = "https://hooks.example.com/x", **more):
    """An endpoint of the organization, as if an admin had added it. `kinds`: all of them, if left out."""
    kinds = more.pop("kinds", OFFERED)
    with activate(organization):
        row = WebhookEndpoint.objects.create(
            url=url, kinds=[str(kind) for kind in kinds], secret=new_secret(), created_by=member, **more
        )
        if row.state == WebhookEndpoint.State.ENABLED:
            WebhookLane.objects.create(endpoint_id=row.pk, organization=organization)
    publishing.look_again(organization.pk)
    return row


@dataclass
class Log:
    """What stands in the tables of one organization."""

    organization: Organization

    def events(self) -> list[WebhookEvent]:
        with activate(self.organization):
            return list(WebhookEvent.objects.order_by("sequence"))

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events()]

    def deliveries(self) -> list[WebhookDelivery]:
        with activate(self.organization):
            return list(WebhookDelivery.objects.select_related("endpoint", "event").order_by("event__sequence"))

    def due(self) -> list[WebhookDue]:
        return list(WebhookDue.objects.filter(organization=self.organization).order_by("due_at"))


@pytest.fixture
def log(scene) -> Log:
    return Log(scene.organization)
