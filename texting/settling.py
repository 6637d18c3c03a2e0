"""Resolves a conversation by itself in which nothing is for a person: what came and went was a question and its answer.

Nobody pressed anything, so the thread says why, no colleague's figures count it, and whatever a person has touched,
begun to write or reopened stays as it is.
"""

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Membership
from tenancy import audit
from tenancy.audit import AuditKind
from texting import ending_steps, live, outgoing_webhooks
from texting.live import LiveKind
from texting.models import Conversation, Draft, Message, Note, ScheduledText, TextSeries, Turn
from texting.outgoing_webhooks import EventKind

LONGEST_CAUSE = 60  # characters


def settle(conversation: Conversation, *, actor: Membership, cause: str, nothing_but: Q) -> bool:
    """Resolve it if it is open, nobody's, read, and holds no text but these, no note, draft or turn, and if
    nothing planned waits in it.

    `nothing_but` is a condition on `Message`; `cause` is named in the thread, `actor` answers for it. Returns whether
    it was resolved. The caller holds the row's lock.
    """
    now, here = timezone.now(), {"conversation": OuterRef("pk")}
    texts = Message.objects.filter(~nothing_but, **here)
    planned = ScheduledText.objects.filter(state__in=[ScheduledText.State.WAITING, ScheduledText.State.PAUSED], **here)
    series = TextSeries.objects.filter(state__in=[TextSeries.State.ACTIVE, TextSeries.State.PAUSED], **here)
    written = (Note.objects.filter(**here), Draft.objects.filter(**here), Turn.objects.filter(**here))
    traces = (texts, *written, planned, series)
    quiet = Conversation.objects.filter(pk=conversation.pk, status=Conversation.Status.OPEN, assignee=None, unread=0)
    untouched = quiet.filter(*(~Exists(rows) for rows in traces))
    if not untouched.update(status=Conversation.Status.RESOLVED, resolved_at=now):
        return False
    audit.record(event=AuditKind.CONVERSATION_RESOLVED, object=conversation, by_itself=True)
    Turn.objects.create(
        conversation=conversation,
        contact_id=conversation.contact_id,
        kind=Turn.Kind.SETTLED,
        actor=actor,
        through=cause[:LONGEST_CAUSE],
        created_at=now,
    )
    live.publish(kind=LiveKind.CONVERSATION, conversation=conversation.pk, line=conversation.line_id)
    ending_steps.take(conversation, Turn.Kind.SETTLED)
    outgoing_webhooks.tell_conversation(EventKind.CONVERSATION_RESOLVED, conversation)
    return True
