"""Escalations of the demo's week: one open, one too late, one closed. Nobody is mailed about them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from compliance.escalations.noting import note
from compliance.escalations.opening import escalate, open_or_add
from compliance.escalations.signals import TRIGGER_OF, Signal
from compliance.intents import classify
from compliance.models import Escalation, EscalationEvent, EscalationStep
from texting.models import Conversation, Message

Kind = EscalationEvent.Kind
_HOUR = timedelta(hours=1)


def tell(members: Mapping[str, Membership], conversation: Conversation, story: Mapping[str, Any]) -> None:
    """As the story says: `by` and `reason` of a colleague, or by the latest text; `late`, or `closed` by somebody."""
    if by := story.get("by"):
        escalate(member=members[by], conversation=conversation, reason=story["reason"])
        return
    text = Message.objects.filter(conversation=conversation, direction=Message.Direction.IN).latest("created_at")
    signals = [Signal(TRIGGER_OF[one.name], message_id=text.pk) for one in classify(text.body or "")]
    mine = open_or_add(conversation, signals, at=text.created_at)
    mine.due_at = text.created_at + _HOUR
    EscalationStep.objects.filter(escalation=mine).update(state="done", done_at=mine.due_at)
    if story.get("late"):
        _late(mine, mine.due_at)
    else:
        _closed(mine, members[story["closed"]], story["outcome"], text.created_at + _HOUR / 2)


def _late(mine: Escalation, at: datetime) -> None:
    note(mine, Kind.REMINDED, at=at - _HOUR / 2)
    note(mine, Kind.BREACHED, at=at)
    mine.breached_at = at
    mine.save(update_fields=["due_at", "breached_at"])


def _closed(mine: Escalation, member: Membership, words: str, at: datetime) -> None:
    note(mine, Kind.CONTACTED, actor=member, facts={"channel": "phone"}, at=at)
    note(mine, Kind.CLOSED, actor=member, facts={"channel": "phone"}, words=words, at=at)
    mine.contacted_at = mine.outcome_at = mine.closed_at = min(at, timezone.now())
    mine.contact_channel = mine.outcome_channel = Escalation.Channel.PHONE
    mine.owner = mine.closed_by = member
    mine.state, mine.outcome = Escalation.State.CLOSED, words
    mine.save()
