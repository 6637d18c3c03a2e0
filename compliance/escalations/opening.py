"""Opening an escalation, or adding to the one that is open.

Whatever comes at the same time, exactly one is open for a contact on a line: the insert that loses to the database's
constraint waits for the winner's transaction and then adds to its incident.
"""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.escalations import business_time
from compliance.escalations.business_time import NeverOpen
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.noting import note
from compliance.escalations.own_hours import hours_now
from compliance.escalations.policies import Clock, clock_of
from compliance.escalations.signals import LOCKS, Signal
from compliance.models import Escalation, EscalationEvent, EscalationStep
from texting.models import Conversation
from texting.notifications import noting

Kind = EscalationEvent.Kind
LONGEST_REASON = 500


def open_or_add(
    conversation: Conversation, signals: Sequence[Signal], *, at: datetime, actor: Membership | None = None
) -> Escalation:
    """Write the signals down, in their order, in the running transaction. At least one; `at` (aware) starts the clock.

    What comes up in a newer conversation of the same thread moves the incident there.
    """
    found = None
    while found is None:
        made = _new(conversation, signals[0], at=at, actor=actor)
        found = _settle(made, conversation)
    _add(found, made, signals, actor=actor, at=at)
    return found


def escalate(*, member: Membership, conversation: Conversation, reason: str) -> Escalation:
    """A member hands the conversation over to another channel, and says why.

    Raises CannotAct when there is no reason or it is too long, MissingPermission.
    """
    require(member, Permission.ESCALATIONS_HANDLE)
    words = " ".join(reason.replace("\x00", "").split())
    if not words:
        raise CannotAct(_("Say why, so that whoever takes it over knows what to do."))
    if len(words) > LONGEST_REASON:
        raise CannotAct(_("Write at most %(most)d characters.") % {"most": LONGEST_REASON})
    signal = Signal(Escalation.Trigger.MEMBER, words=words)
    return open_or_add(conversation, [signal], at=timezone.now(), actor=member)


def _new(conversation: Conversation, signal: Signal, *, at: datetime, actor: Membership | None) -> Escalation:
    clock = clock_of(signal.trigger)
    return Escalation(
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        line_id=conversation.line_id,
        trigger=signal.trigger,
        channel=clock.channel,
        owner_id=conversation.assignee_id,
        opened_at=at,
        opened_by=actor,
        due_at=_due(at, clock).get(EscalationStep.Kind.BREACH),
    )


def _settle(made: Escalation, conversation: Conversation) -> Escalation | None:
    """The open one, its row locked: `made`, or the one that was there. None when that was closed this instant."""
    Escalation.objects.bulk_create([made], ignore_conflicts=True)
    rows = Escalation.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(
        contact_id=conversation.contact_id, line_id=conversation.line_id, state=Escalation.State.OPEN
    ).first()


def _add(
    found: Escalation, made: Escalation, signals: Sequence[Signal], *, actor: Membership | None, at: datetime
) -> None:
    is_new = found.pk == made.pk
    if is_new:
        _start_clock(found, at)
        noting.escalation_given(to=found.owner_id, actor=actor, conversation_id=made.conversation_id)
    locked = set(found.locked).union(*(one.topics | LOCKS.get(one.trigger, frozenset()) for one in signals))
    found.locked, found.conversation_id = sorted(locked), made.conversation_id
    found.save(update_fields=["locked", "conversation_id"])
    for place, signal in enumerate(signals):
        note(
            found,
            Kind.OPENED if is_new and place == 0 else Kind.TRIGGERED,
            actor=actor,
            facts={"trigger": str(signal.trigger), **signal.facts},
            words=signal.words,
            message_id=signal.message_id,
            at=at,
        )


def _start_clock(escalation: Escalation, at: datetime) -> None:
    due = _due(at, clock_of(escalation.trigger))
    EscalationStep.objects.bulk_create(
        EscalationStep(escalation=escalation, kind=kind, due_at=moment) for kind, moment in due.items()
    )


def _due(at: datetime, clock: Clock) -> dict[EscalationStep.Kind, datetime]:
    hours = hours_now()
    try:
        return {kind: business_time.after(at, minutes, hours) for kind, minutes in clock.steps.items()}
    except NeverOpen:  # a table of holidays that leaves no day: nobody is expected to act, and nothing is ever late
        return {}
