"""The review checks with something to see: conversations of the demo that are over, and a run over its history."""

from accounts.models import Membership
from compliance.models import CheckRun, Escalation
from compliance.review_checks import clock, running, working
from tenancy.isolation import activate
from texting import conversations
from texting.models import Conversation

from .demo import Demo


def checked_rows(demo: Demo, owner: Membership, *names: str) -> CheckRun:
    """The conversations with these customers are resolved, one escalation is too late; then all is computed anew."""
    with activate(demo.harbor):
        for escalation in Escalation.objects.filter(state="open"):
            Escalation.objects.filter(pk=escalation.pk).update(breached_at=escalation.due_at)
        found = [demo.conversation_with(name).pk for name in names]
        for conversation in Conversation.objects.select_related("line", "contact").filter(pk__in=found, status="open"):
            conversations.mark_read(member=owner, conversation=conversation)
            conversations.resolve(member=owner, conversation=conversation)
        while clock.look_at_due():
            pass
        made = running.begin(member=owner, days=None)
    working.work(demo.harbor.pk, made.pk, seconds=0, batch=5)
    return made
