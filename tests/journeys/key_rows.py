"""Keys of the API in every state, for looking at their pages."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from accounts import integrations
from accounts.integrations import OFFERED, Wish
from accounts.models import Integration, Membership, Team
from accounts.permissions import Permission
from tenancy.isolation import activate
from tenancy.models import Organization

_SEND = frozenset({Permission.MESSAGES_SEND, Permission.CONVERSATIONS_READ})


def key_rows(owner: Membership, *, longest: str = "") -> None:
    """One that sends from two networks, one that ends soon and has a new key, one that may do all, one that ended."""
    now = timezone.now()
    with activate(owner.organization_id):
        teams = tuple(Team.objects.order_by("name")[:1])
        sender = Wish(longest or "Appointment book", _SEND, teams, ("203.0.113.0/24", "2001:db8:7::/48"))
        integrations.create(actor=owner, wish=sender)
        leaving = Wish("Old reminders", _SEND, None, (), now + timedelta(days=6))
        made = integrations.create(actor=owner, wish=leaving)
        integrations.roll(actor=owner, integration=made.key.integration, overlap=timedelta(hours=24))
        given = frozenset(one for one in OFFERED if integrations.may_give(owner, one))
        integrations.create(actor=owner, wish=Wish("Data warehouse", given, None))
        gone = integrations.create(actor=owner, wish=Wish("Trial", _SEND, teams))
        integrations.end(actor=owner, integration=gone.key.integration)


def key_sights(organization: Organization) -> Iterator[tuple[str, str]]:
    """Name and address of the pages about keys."""
    yield "api-keys", "/settings/api/"
    yield "new-api-key", "/settings/api/new/"
    with activate(organization):
        newest = Integration.objects.filter(membership__organization=organization).order_by("-pk").first()
    if newest:
        yield "api-key", f"/settings/api/{newest.pk}/"
