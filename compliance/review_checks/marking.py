"""What makes a conversation due: the use case that ends it, in its transaction; and a look for what came later.

Nothing of this stands in the way of an arriving text: a text arrives in an open conversation, which is looked at when
it is resolved. What concerns those that are over is found by time, in the tables of findings, escalations and consent.
The look stays `LAG` behind the clock, so that a transaction that has written down its moment has also ended.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from compliance.models import (
    CheckedConversation,
    CheckWatch,
    ConsentEvent,
    Escalation,
    EscalationEvent,
    Finding,
)
from texting.models import Conversation, Message, Turn

LAG = timedelta(seconds=150)
"""Longer than a task may last, and with it a transaction of ours."""
LONGEST_LOOK = timedelta(hours=6)
"""Of time, at once: after a long pause the clock catches up in steps."""
_DECIDING = (ConsentEvent.Action.GIVEN, ConsentEvent.Action.WITHDRAWN, ConsentEvent.Action.RETRACTED)


def mark(conversation: Conversation, kind: Turn.Kind) -> None:
    """It was resolved: look at it. It was reopened: there is nothing to look at until it is resolved again."""
    now = timezone.now()
    ended = None if kind == Turn.Kind.REOPENED else now
    row = CheckedConversation(
        conversation_id=conversation.pk,
        line_id=conversation.line_id,
        agent_id=conversation.assignee_id,
        resolved_at=ended,
        due_at=ended,
    )
    CheckedConversation.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["organization", "conversation_id"],
        update_fields=["resolved_at", "due_at", "looks"],
    )


def look_for_events() -> int:
    """Make due what late events concern, in the running transaction. Returns how many conversations; twice is once."""
    until = timezone.now() - LAG
    watch, is_new = CheckWatch.objects.get_or_create(defaults={"seen_until": until})
    watch = CheckWatch.objects.select_for_update().get(pk=watch.pk)
    if is_new or watch.seen_until >= until:
        return 0
    begin, watch.seen_until = watch.seen_until, min(until, watch.seen_until + LONGEST_LOOK)
    watch.save(update_fields=["seen_until"])
    concerned = [source(begin, watch.seen_until) for source in _SOURCES]
    over = CheckedConversation.objects.filter(resolved_at__isnull=False)
    return sum(over.filter(found).update(due_at=timezone.now(), looks=0) for found in concerned)


def _findings(begin: datetime, end: datetime) -> Q:
    """Judged since."""
    rows = Finding.objects.filter(decided_at__gt=begin, decided_at__lte=end)
    return Q(conversation_id__in=rows.values("conversation_id"))


def _escalations(begin: datetime, end: datetime) -> Q:
    """Anything that happened to one: of the conversation it stands in, and of those that its texts are in."""
    since = EscalationEvent.objects.filter(at__gt=begin, at__lte=end)
    rows = Escalation.objects.filter(pk__in=since.values("escalation"))
    came_up = EscalationEvent.objects.filter(escalation__in=rows.values("pk"), message_id__isnull=False)
    texts = Message.objects.filter(pk__in=came_up.values("message_id"))
    stands_in, named_in = rows.values("conversation_id"), texts.values("conversation_id")
    return Q(conversation_id__in=stands_in) | Q(conversation_id__in=named_in)


def _consent(begin: datetime, end: datetime) -> Q:
    """An entry that was taken back: all conversations of its number. Any other: those that ended after it."""
    since = ConsentEvent.objects.filter(recorded_at__gt=begin, recorded_at__lte=end, action__in=_DECIDING)
    since = since.exclude(kind=ConsentEvent.Kind.REPLY)  # that they wrote is told by the text itself
    taken_back = since.filter(action=ConsentEvent.Action.RETRACTED)
    later = Exists(
        since.filter(number_index=OuterRef("contact__number_index"), recorded_at__lte=OuterRef("resolved_at"))
    )
    every = Exists(taken_back.filter(number_index=OuterRef("contact__number_index")))
    numbers = since.values("number_index")
    rows = Conversation.objects.filter(later | every, contact__number_index__in=numbers)
    return Q(conversation_id__in=rows.values("pk"))


_SOURCES: tuple[Callable[[datetime, datetime], Q], ...] = (_findings, _escalations, _consent)
