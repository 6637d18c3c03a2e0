"""Legal holds in every state, for the pages that show them; made once for each organization."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from accounts.models import Membership
from retention.holds import releasing
from retention.holds.wanted import WantedScope
from retention.models import Hold
from tenancy.isolation import activate
from tests.retention.placed import place_hold
from texting.models import Conversation


def hold_rows(owner: Membership, conversation: Conversation) -> None:
    """One of a conversation that has expired, one of a team in a quarter that waits for its release."""
    with activate(owner.organization):
        if Hold.objects.count() > 1:  # the demo has one of its own
            return
        today = timezone.localdate()
        over = place_hold(owner, about=f"/inbox/c/{conversation.pk}/", matter="Okafor v. Harbor Dental")
        Hold.objects.filter(pk=over.pk).update(expires_on=today - timedelta(days=3))
        quarter = WantedScope(
            about=f"/contacts/{conversation.contact_id}/", since=today - timedelta(days=90), until=today
        )
        team = WantedScope(team_id=conversation.line.team_id, since=today - timedelta(days=90), until=today)
        asked = place_hold(
            owner, quarter, team, matter="State board, file 22-118", expires_on=today + timedelta(days=9)
        )
        releasing.ask(member=owner, hold=asked, reason="The board closed the file")


def hold_sights(member: Membership) -> Iterator[tuple[str, str]]:
    """(name of the page, its path)."""
    yield "holds", "/settings/holds/"
    yield "holds-waiting", "/settings/holds/?tab=waiting"
    yield "hold-new", "/settings/holds/new/"
    with activate(member.organization):
        rows = list(Hold.objects.order_by("-placed_at"))
    if rows:
        yield "hold", f"/settings/holds/{rows[0].pk}/"
        yield "hold-release", f"/settings/holds/{rows[0].pk}/release/answer/"
        yield "hold-change", f"/settings/holds/{rows[-1].pk}/change/"
        yield "hold-widen", f"/settings/holds/{rows[-1].pk}/widen/"
