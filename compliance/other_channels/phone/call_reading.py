"""The call list as a member sees it: calls about escalations that they may read."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Membership
from compliance.escalations.reading import rows_of, visible_escalations
from compliance.models import CallTask
from tenancy.encryption import prefetch
from texting.models import Contact
from texting.queries import NotYours
from texting.queries.seeing import Customer, wording

PAGE = 50
VIEWS = ("open", "mine", "unowned", "overdue", "done", "cancelled")
State = CallTask.State


@dataclass(frozen=True)
class CallTaskRow:
    """One call on the list."""

    id: UUID
    escalation_id: UUID
    customer: Customer
    trigger_label: str
    line: str
    due_at: datetime
    is_overdue: bool
    is_open: bool
    state: str
    state_label: str
    owner: str
    ended_by: str
    ended_at: datetime | None
    asked_for: bool
    words: str = field(repr=False)

    @property
    def key(self) -> str:
        """The id as a part of elements' names."""
        return str(self.id)


def page(member: Membership, view: str, number: str = "1") -> tuple[Page[CallTask], list[CallTaskRow]]:
    """One page; what is due first at the top, of what is over the newest."""
    rows = _visible(member)
    now = timezone.now()
    wanted = {
        "mine": rows.filter(state=State.OPEN, owner=member),
        "unowned": rows.filter(state=State.OPEN, owner=None),
        "overdue": rows.filter(state=State.OPEN, due_at__lt=now),
        "done": rows.filter(state=State.DONE),
        "cancelled": rows.filter(state=State.CANCELLED),
    }.get(view, rows.filter(state=State.OPEN))
    order = ("-ended_at", "-id") if view in ("done", "cancelled") else ("due_at", "id")
    found = Paginator(wanted.order_by(*order), PAGE).get_page(number)
    return found, task_rows(member, list(found.object_list))


def of_escalation(member: Membership, escalation_id: UUID) -> list[CallTaskRow]:
    """What waits for one escalation, by time."""
    return task_rows(
        member, list(_visible(member).filter(escalation=escalation_id, state=State.OPEN).order_by("due_at"))
    )


def access_task(member: Membership, task_id: UUID) -> CallTask:
    """One about an escalation that the member may read. Raises NotYours."""
    found = _visible(member).filter(pk=task_id).first()
    if found is None:
        raise NotYours
    return found


def task_rows(member: Membership, tasks: list[CallTask]) -> list[CallTaskRow]:
    """As pages show them; customers as in lists."""
    known = {row.id: row for row in rows_of(member, {task.escalation_id: task.escalation for task in tasks}.values())}
    contacts = {one.pk: one for one in Contact.objects.filter(pk__in={task.contact_id for task in tasks})}
    prefetch(tasks)
    now, labels = timezone.now(), dict(State.choices)
    return [
        CallTaskRow(
            id=task.pk,
            escalation_id=task.escalation_id,
            customer=known[task.escalation_id].customer,
            trigger_label=known[task.escalation_id].trigger_label,
            line=known[task.escalation_id].line,
            due_at=task.due_at,
            is_overdue=task.state == State.OPEN and task.due_at < now,
            is_open=task.state == State.OPEN,
            state=task.state,
            state_label=str(labels[task.state]),
            owner=task.owner.user.name if task.owner else "",
            ended_by=task.ended_by.user.name if task.ended_by else "",
            ended_at=task.ended_at,
            asked_for=task.asked_for,
            words=wording(member, task, "words", contact=contacts.get(task.contact_id), in_list=True),
        )
        for task in tasks
        if task.escalation_id in known
    ]


def _visible(member: Membership) -> QuerySet[CallTask]:
    mine = visible_escalations(member).order_by().values("pk")
    rows = CallTask.objects.select_related("escalation", "owner__user", "ended_by__user")
    return rows.filter(escalation__in=mine)
