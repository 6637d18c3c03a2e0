"""Which escalations a member sees: those of conversations that they may read, customers as they may see them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import Membership
from compliance.escalations.filters import SOON, Filter
from compliance.models import Escalation
from tenancy.encryption import prefetch
from tenancy.pieces import in_pieces
from texting.models import Conversation
from texting.queries.access import NotYours, visible_conversations, with_people
from texting.queries.inbox import MOST_COUNTED
from texting.queries.seeing import Customer, customer, wording

PAGE = 50
_OPEN = Escalation.State.OPEN


@dataclass(frozen=True)
class EscalationRow:
    """One escalation. `channel` is what is to be tried, `outcome_label` how it ended; `outcome` what came of it."""

    id: UUID
    conversation_id: UUID
    customer: Customer
    line: str
    team: str
    trigger: str
    trigger_label: str
    is_open: bool
    owner: str
    owner_id: UUID | None
    is_mine: bool
    channel: str
    channel_label: str
    opened_at: datetime
    opened_by: str
    due_at: datetime | None
    breached_at: datetime | None
    contacted_at: datetime | None
    contact_label: str
    switch_sent_at: datetime | None
    closed_at: datetime | None
    closed_by: str
    outcome_label: str
    outcome_at: datetime | None
    outcome: str

    @property
    def is_soon(self) -> bool:
        """Whether somebody has to reach the customer within the next half hour."""
        waits = self.is_open and self.breached_at is None and self.contacted_at is None
        return waits and self.due_at is not None and self.due_at <= timezone.now() + SOON

    @property
    def key(self) -> str:
        """The id as a part of elements' names."""
        return str(self.id)


def page(member: Membership, wanted: Filter, number: str | int = 1) -> tuple[Page[Escalation], list[EscalationRow]]:
    """One page of them, what is due first at the top; closed ones by when they came up, the newest first."""
    found = Paginator(_matching(member, wanted), PAGE).get_page(number)
    return found, rows_of(member, found.object_list)


def all_rows(member: Membership, wanted: Filter) -> Iterator[list[EscalationRow]]:
    """Every one, for a file that leaves in pieces."""
    return in_pieces(
        member.organization,
        lambda: _matching(member, wanted),
        lambda found: rows_of(member, found),
        still=lambda: visible_escalations(member),
    )


def open_count(member: Membership) -> int:
    """How many are open, at most `MOST_COUNTED`."""
    rows = visible_escalations(member).filter(state=_OPEN)
    return len(rows.order_by().values_list("pk", flat=True)[:MOST_COUNTED])


def access_escalation(member: Membership, escalation_id: UUID) -> Escalation:
    """One about a conversation that the member may read. Raises NotYours."""
    found = visible_escalations(member).filter(pk=escalation_id).first()
    if found is None:
        raise NotYours
    return found


def row_of(member: Membership, escalation: Escalation, *, in_list: bool = True) -> EscalationRow:
    """One of them as pages show it. Raises NotYours when its conversation went meanwhile."""
    rows = rows_of(member, [escalation], in_list=in_list)
    if not rows:
        raise NotYours
    return rows[0]


def visible_escalations(member: Membership) -> QuerySet[Escalation]:
    """The ones that the member may see, without any order."""
    mine = visible_conversations(member).order_by().values("pk")
    rows = Escalation.objects.select_related("owner__user", "closed_by__user", "opened_by__user")
    return rows.filter(conversation_id__in=mine)


def rows_of(member: Membership, escalations: Iterable[Escalation], *, in_list: bool = True) -> list[EscalationRow]:
    """As pages show them, in their order; those whose conversation is gone are left out."""
    found = list(escalations)
    threads = with_people(member, Conversation.objects.filter(pk__in={one.conversation_id for one in found}))
    conversations = {one.pk: one for one in threads}
    prefetch([*found, *(one.contact for one in conversations.values())])
    return [
        _row(member, one, conversations[one.conversation_id], in_list=in_list)
        for one in found
        if one.conversation_id in conversations
    ]


def _matching(member: Membership, wanted: Filter) -> QuerySet[Escalation]:
    rows = visible_escalations(member).filter(wanted.condition(member))
    if wanted.view in ("closed", "all"):
        return rows.order_by("-opened_at", "-id")
    return rows.order_by(F("contacted_at").asc(nulls_first=True), F("due_at").asc(nulls_last=True), "id")


def _row(member: Membership, one: Escalation, conversation: Conversation, *, in_list: bool) -> EscalationRow:
    contact = conversation.contact
    labels = dict(Escalation.Channel.choices)
    return EscalationRow(
        id=one.pk,
        conversation_id=one.conversation_id,
        customer=customer(member, contact, in_list=in_list),
        line=conversation.line.name,
        team=conversation.line.team.name,
        trigger=one.trigger,
        trigger_label=str(Escalation.Trigger(one.trigger).label),
        is_open=one.state == _OPEN,
        owner=one.owner.user.name if one.owner else "",
        owner_id=one.owner_id,
        is_mine=one.owner_id == member.pk,
        channel=one.channel,
        channel_label=str(labels[one.channel]),
        opened_at=one.opened_at,
        opened_by=one.opened_by.user.name if one.opened_by else "",
        due_at=one.due_at,
        breached_at=one.breached_at,
        contacted_at=one.contacted_at,
        contact_label=str(labels.get(one.contact_channel, "")),
        switch_sent_at=one.switch_sent_at,
        closed_at=one.closed_at,
        closed_by=one.closed_by.user.name if one.closed_by else "",
        outcome_label=str(labels.get(one.outcome_channel, "")),
        outcome_at=one.outcome_at,
        outcome=wording(member, one, "outcome", contact=contact, in_list=in_list),
    )
