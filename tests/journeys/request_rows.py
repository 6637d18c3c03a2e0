"""Data requests in every state, for the pages that show them; made once for each organization."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from accounts.models import Membership
from retention.models import SubjectRequest
from retention.requests import opening
from tenancy.isolation import activate
from tests.retention.asked import ask_request
from texting.models import Conversation


def request_rows(owner: Membership, conversation: Conversation) -> None:
    """One that is open, one that is late, one that was refused."""
    with activate(owner.organization):
        if SubjectRequest.objects.count() > 1:  # the demo has one of its own
            return
        number = conversation.contact.number
        today = timezone.localdate()
        ask_request(owner, number)
        ask_request(owner, "+12125550188", kind="access", received_on=today - timedelta(days=40), proof="")
        refused = ask_request(owner, "+12125550189", kind="erase", law="ccpa", received_on=today - timedelta(days=9))
        opening.close(
            member=owner, request=refused, state="refused", outcome="Could not show that the number is theirs"
        )


def request_sights(member: Membership) -> Iterator[tuple[str, str]]:
    """(name of the page, its path)."""
    if member.is_owner:
        yield "closing", "/settings/end/"
    yield "requests", "/settings/requests/"
    yield "requests-closed", "/settings/requests/?tab=closed"
    yield "request-new", "/settings/requests/new/"
    with activate(member.organization):
        rows = list(SubjectRequest.objects.order_by("-received_on", "-opened_at", "pk"))
    if rows:
        last = next(row for row in rows if row.kind == "both")
        yield "request", f"/settings/requests/{last.pk}/"
        yield "request-late", f"/settings/requests/{rows[-1].pk}/"
        yield "request-erase", f"/settings/requests/{last.pk}/erase/"
        yield "request-close", f"/settings/requests/{last.pk}/close/"
        yield "request-proof", f"/settings/requests/{last.pk}/proof/"
