"""What an open thread says of rules: an answer that did not go, with the reason, until somebody answers."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Membership
from compliance.models import AutomationAct
from tenancy.said import again
from texting.models import Conversation, Message
from texting.thread_notices import Notice

SHOWN = timedelta(days=1)
Result = AutomationAct.Result


def thread_notices(member: Membership, conversation: Conversation, _refused_by: frozenset[str]) -> list[Notice]:
    """The latest answer of a rule that was refused here within a day; nothing once a text of ours came after it."""
    rows = AutomationAct.objects.select_related("run__automation").filter(
        kind="reply",
        result__in=[Result.REFUSED, Result.WAITS],
        run__conversation_id=conversation.pk,
        run__at__gte=timezone.now() - SHOWN,
    )
    act = rows.order_by("-run__at", "-id").first()
    if act is None:
        return []
    ours = Message.objects.filter(conversation=conversation, direction=Message.Direction.OUT)
    if ours.filter(created_at__gt=act.run.at).exists():
        return []
    return [Notice("compliance/automations/_notice.html", {"rule": act.run.automation.name, "note": again(act.note)})]
