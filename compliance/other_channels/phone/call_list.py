"""The call list: who is called about an escalation, when and by whom; done, cancelled or overdue.

When a call is due stands in the table; the clock reminds its owner once and takes off what was settled meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notices
from accounts.mail import MailKind
from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.escalations.acting import checked_words, lock_open
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.noting import note, show
from compliance.escalations.people import able_to_handle
from compliance.models import CallTask, Escalation, EscalationEvent
from compliance.other_channels.phone.asking import hours_at, quiet
from texting.models import Contact

State, Kind = CallTask.State, EscalationEvent.Kind
MOST = 10  # waiting for one escalation
FARTHEST = timedelta(days=365)
SOON = timedelta(hours=2)  # what was due until then is done when they were reached
BATCH = 50


@dataclass(frozen=True)
class Plan:
    """`due_at` (aware), whose it is (None: nobody's), what about. `they_asked`: also at night where they are."""

    due_at: datetime
    owner_id: UUID | None
    words: str = ""
    they_asked: bool = False


def schedule(*, member: Membership, escalation: Escalation, plan: Plan) -> CallTask:
    """Put a call on the list. Raises CannotAct (closed, in the past, at night where they are), MissingPermission."""
    require(member, Permission.ESCALATIONS_HANDLE)
    mine = lock_open(escalation)
    if CallTask.objects.filter(escalation=mine, state=State.OPEN).count() >= MOST:
        raise CannotAct(_("Enough calls to this customer are on the list already."))
    words = _checked(mine, member, plan)
    task = CallTask.objects.create(
        escalation=mine,
        contact_id=mine.contact_id,
        owner_id=plan.owner_id,
        due_at=plan.due_at,
        asked_for=plan.they_asked,
        words=words,
        made_by=member,
        made_at=timezone.now(),
    )
    _note(task, mine, Kind.SCHEDULED, member)
    return task


def change(*, member: Membership, task: CallTask, plan: Plan) -> None:
    """Another time, owner or words. Raises CannotAct as `schedule`, and when it is over; MissingPermission."""
    require(member, Permission.ESCALATIONS_HANDLE)
    mine = lock_open(task.escalation)
    fresh = _open_one(task)
    words = _checked(mine, member, plan, keeps=fresh.owner_id)
    before = (fresh.due_at, fresh.owner_id, fresh.words)
    if before == (plan.due_at, plan.owner_id, words):
        return
    if fresh.due_at != plan.due_at or fresh.owner_id != plan.owner_id:
        fresh.reminded_at = None
    fresh.due_at, fresh.owner_id, fresh.words, fresh.asked_for = plan.due_at, plan.owner_id, words, plan.they_asked
    fresh.save(update_fields=["due_at", "owner", "words", "asked_for", "reminded_at"])
    _note(fresh, mine, Kind.SCHEDULED, member)


def end(*, member: Membership, task: CallTask, state: str) -> None:
    """It is done, or not wanted any more (`CallTask.State`). Raises CannotAct when it is over, MissingPermission."""
    require(member, Permission.ESCALATIONS_HANDLE)
    if state not in (State.DONE, State.CANCELLED):
        raise CannotAct(_("Choose whether it is done or canceled."))
    mine = Escalation.objects.select_for_update(of=("self",), no_key=True).get(pk=task.escalation_id)
    fresh = _open_one(task)
    _end(fresh, state, member)
    _note(fresh, mine, Kind.TASK_DONE if state == State.DONE else Kind.UNSCHEDULED, member)


def done_by_reaching(mine: Escalation, member: Membership) -> None:
    """They were reached: what was due, or is soon, is done. The escalation is locked."""
    for task in CallTask.objects.filter(escalation=mine, state=State.OPEN, due_at__lte=timezone.now() + SOON):
        _end(task, State.DONE, member)


def follow_the_clock() -> int:
    """Remind of what is due, once; take off what was settled. Returns how many; twice is once."""
    rows = CallTask.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(state=State.OPEN)
    settled = list(rows.filter(escalation__state=Escalation.State.CLOSED).order_by("due_at")[:BATCH])
    for task in settled:
        _end(task, State.CANCELLED, None)
    due = rows.filter(due_at__lte=timezone.now(), reminded_at=None, escalation__state=Escalation.State.OPEN)
    reminded = list(due.select_related("escalation").order_by("due_at")[:BATCH])
    for task in reminded:
        task.reminded_at = timezone.now()
        task.save(update_fields=["reminded_at"])
        members = Membership.objects.select_related("user", "organization").filter(is_active=True)
        owner = members.filter(pk=task.owner_id).first() if task.owner_id else None
        if owner is not None:
            notices.tell_member(owner, MailKind.CALL_DUE, route="call_list")
        show(task.escalation)
    return len(settled) + len(reminded)


def _checked(mine: Escalation, member: Membership, plan: Plan, keeps: UUID | None = None) -> str:
    """The words, if all else is right. Raises CannotAct."""
    now = timezone.now()
    if not now - timedelta(minutes=1) <= plan.due_at <= now + FARTHEST:
        raise CannotAct(_("Choose a time from now on, within a year."))
    if plan.owner_id not in (None, keeps, member.pk, *(one.pk for one in able_to_handle(mine.line_id))):
        raise CannotAct(_("This colleague may not handle escalations of this line."))
    contact = Contact.objects.filter(pk=mine.contact_id).first()
    hours = hours_at(contact, plan.due_at) if contact else None
    if hours is not None and not hours.is_open and not plan.they_asked:
        raise CannotAct(quiet(hours, plan.due_at))
    return checked_words(plan.words, needed=False)


def _open_one(task: CallTask) -> CallTask:
    fresh = CallTask.objects.select_for_update(of=("self",), no_key=True).get(pk=task.pk)
    if fresh.state != State.OPEN:
        raise CannotAct(_("This call is off the list already."))
    return fresh


def _end(task: CallTask, state: str, member: Membership | None) -> None:
    task.state, task.ended_at, task.ended_by = state, timezone.now(), member
    task.save(update_fields=["state", "ended_at", "ended_by"])


def _note(task: CallTask, mine: Escalation, kind: EscalationEvent.Kind, member: Membership) -> None:
    facts = {"task": str(task.pk), "owner": str(task.owner_id or ""), "due": task.due_at.isoformat()}
    note(mine, kind, actor=member, facts=facts)
