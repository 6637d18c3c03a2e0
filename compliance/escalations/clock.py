"""What is due: a reminder, a supervisor, the other channel, too late. Exactly one act for each step.

A step is taken together with its escalation (`FOR UPDATE SKIP LOCKED`), so of many clocks one has it and none waits;
act, mail and step are one transaction, so a clock that dies halfway has done nothing and the next one does it. Redis
only rings: what is due stands in the table.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts import notices
from accounts.mail import MailKind
from accounts.models import Membership
from accounts.permissions import Permission
from compliance.escalations.noting import note
from compliance.escalations.people import supervisor_for
from compliance.models import Escalation, EscalationEvent, EscalationStep
from tenancy.crash_points import crash_here
from texting.notifications import noting

log = logging.getLogger("parley.escalations")
Kind, State, Event = EscalationStep.Kind, EscalationStep.State, EscalationEvent.Kind
BATCH = 20
LATER = timedelta(minutes=5)  # a step that broke is tried again then, so that it holds up no other
_OTHER = {Escalation.Channel.PHONE: Escalation.Channel.EMAIL, Escalation.Channel.EMAIL: Escalation.Channel.PHONE}


def act_on_due() -> int:
    """Take some due steps of the active organization, in the running transaction. Returns how many; 0: none is left."""
    rows = EscalationStep.objects.select_for_update(skip_locked=True, of=("self", "escalation"))
    due = rows.select_related("escalation").filter(state=State.WAITING, due_at__lte=timezone.now())
    taken = list(due.order_by("due_at", "id")[:BATCH])
    current = {step.escalation_id: step.escalation for step in taken}  # two steps of one: the second sees the first
    for step in taken:
        step.escalation = current[step.escalation_id]
        try:
            with transaction.atomic():
                _act(step)
        except Exception as error:
            EscalationStep.objects.filter(pk=step.pk).update(due_at=timezone.now() + LATER)
            log.error("escalation_step_broke", extra={"step": str(step.pk), "error": type(error).__name__})
    crash_here("before_escalation_steps_commit")
    return len(taken)


def _act(step: EscalationStep) -> None:
    mine = step.escalation
    wanted = mine.state == Escalation.State.OPEN and mine.contacted_at is None
    step.state, step.done_at = State.DONE if wanted else State.DROPPED, timezone.now()
    step.save(update_fields=["state", "done_at"])
    if not wanted:
        return
    if step.kind == Kind.REMIND:
        _remind(mine)
    elif step.kind == Kind.REASSIGN:
        _reassign(mine)
    elif step.kind == Kind.CHANNEL:
        mine.channel = _OTHER[Escalation.Channel(mine.channel)]
        mine.save(update_fields=["channel"])
        note(mine, Event.CHANNEL, facts={"channel": mine.channel})
    else:
        _breach(mine, step)


def _remind(mine: Escalation) -> None:
    note(mine, Event.REMINDED, facts={"owner": str(mine.owner_id or "")})
    members = Membership.objects.select_related("user", "organization").filter(is_active=True)
    owner = members.filter(pk=mine.owner_id).first() if mine.owner_id else None
    if owner is None:
        notices.tell(Permission.ESCALATIONS_WAIVE, MailKind.ESCALATION_WAITS, route="escalations")
    else:
        notices.tell_member(owner, MailKind.ESCALATION_WAITS, route="escalations")


def _reassign(mine: Escalation) -> None:
    taker = supervisor_for(mine)
    if taker is None:  # nobody else to give it to: whoever has it keeps it, and the breach tells everybody
        return
    before = mine.owner_id
    mine.owner = taker
    mine.save(update_fields=["owner"])
    note(mine, Event.REASSIGNED, facts={"owner": str(taker.pk), "before": str(before or "")})
    noting.escalation_given(to=taker.pk, actor=None, conversation_id=mine.conversation_id)
    notices.tell_member(taker, MailKind.ESCALATION_YOURS, route="escalations")


def _breach(mine: Escalation, step: EscalationStep) -> None:
    mine.breached_at = step.due_at
    mine.save(update_fields=["breached_at"])
    note(mine, Event.BREACHED, facts={"due": step.due_at.isoformat()})
    notices.tell(Permission.ESCALATIONS_WAIVE, MailKind.ESCALATION_BREACHED, route="escalations")
