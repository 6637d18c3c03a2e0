"""What tests of scheduled texts have in common."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Membership
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.texting.desk import Desk
from texting.gate import OutsideHours
from texting.models import Conversation, Message, ScheduledText
from texting.scheduled import leaving_now, planning
from texting.scheduled.checking import When
from texting.scheduled.their_clock import Zone

ZONE = Zone("America/New_York", ScheduledText.ZoneFrom.NUMBER)
BODY = "See you tomorrow at ten."


def when(at: datetime | None = None, hours: OutsideHours = OutsideHours.SEND) -> When:
    """In two hours, whatever the hour is there."""
    return When(at or timezone.now() + timedelta(hours=2), ZONE, hours)


def plan(
    desk: Desk, conversation: Conversation, body: str = BODY, member: Membership | None = None, **more
) -> ScheduledText:
    """A text that is scheduled by the agent, in a transaction of its own."""
    with activate(conversation.organization_id):
        wanted = {"when": when(), "message_id": new_id()} | more
        return planning.schedule(member=member or desk.cast.agent, conversation=conversation, body=body, **wanted)


def due(desk: Desk, row: ScheduledText, *, ago: timedelta = timedelta(minutes=1)) -> None:
    """Its time came so long ago."""
    with activate(desk.organization):
        at = timezone.now() - ago
        ScheduledText.objects.filter(pk=row.pk).update(send_at=at, look_at=at)


def ring(desk: Desk) -> int:
    """The clock looks."""
    with activate(desk.organization):
        return leaving_now.send_due()


def fresh(desk: Desk, row: ScheduledText) -> ScheduledText:
    with activate(desk.organization):
        return ScheduledText.objects.get(pk=row.pk)


def sent(desk: Desk) -> list[str]:
    with activate(desk.organization):
        return [message.body for message in Message.objects.filter(direction="out").order_by("created_at")]
