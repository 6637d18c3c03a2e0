"""Who took part in a conversation, and so never judges it: whoever wrote in it, had it, passed it on, or saw to it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Membership
from compliance.models import DrawnConversation, EscalationEvent, Review
from texting.models import Conversation, Message, Note, Turn


def took_part(member: Membership, conversation_id: UUID) -> bool:
    """Whether the member is in it in any way."""
    return any(rows.filter(**{where: conversation_id}).exists() for rows, where in _traces(member))


def of_others(rows: QuerySet[DrawnConversation], member: Membership) -> QuerySet[DrawnConversation]:
    """Those in which the member took no part, as one statement."""
    rows = rows.filter(Q(agent=None) | ~Q(agent=member))
    for traces, where in _traces(member):
        rows = rows.exclude(Exists(traces.filter(**{where: OuterRef("conversation_id")})))
    return rows


def _traces(member: Membership) -> Iterator[tuple[QuerySet[Any], str]]:
    """What they left, and how it names the conversation."""
    yield Conversation.objects.filter(assignee=member), "pk"
    yield Message.objects.filter(author=member), "conversation_id"
    yield Note.objects.filter(author=member), "conversation_id"
    yield Turn.objects.filter(Q(actor=member) | Q(assignee=member)), "conversation_id"
    yield EscalationEvent.objects.filter(actor=member), "escalation__conversation_id"


def is_reviewer(member: Membership, drawn_id: UUID) -> bool:
    """Whether the member has judged it or is at it."""
    return Review.objects.filter(drawn=drawn_id, reviewer=member).exists()
