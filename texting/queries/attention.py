"""Texts that a person should look at: failed, not confirmed, without a receipt, held, perhaps twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Membership
from tenancy.encryption import prefetch
from texting.explained import explain
from texting.explaining import Explanation
from texting.models import Line, LineKey, Message, OutboxEntry
from texting.purposes import PRIVATE, TERMS, Purpose
from texting.queries.access import NotYours, visible_lines, visible_messages
from texting.queries.cursors import Cursor, older_than
from texting.queries.inbox import MOST_COUNTED
from texting.queries.seeing import Customer, customer, sees_everybody, wording
from texting.queries.thread import status_icon
from texting.statuses import ErrorKind, MessageStatus

PAGE = 50
Attention = Message.Attention


@dataclass(frozen=True)
class AttentionRow:
    """One text of ours. `could_arrive_twice`: sending it again may be once too often; `is_looked_up`: we still ask."""

    id: UUID
    conversation_id: UUID
    customer: Customer
    line: str
    at: datetime
    by: str
    body: str
    kind: str
    status: Explanation
    icon: str
    is_looked_up: bool
    may_send_again: bool
    could_arrive_twice: bool

    @property
    def tone(self) -> str:
        """How serious it is: what certainly did not arrive stands out."""
        return "danger" if self.kind == Attention.FAILED else "warning"

    @property
    def key(self) -> str:
        """The id as a part of elements' names."""
        return str(self.id)


@dataclass(frozen=True)
class AttentionPage:
    """Rows from newest to oldest. `next` is where the next page begins, "" on the last one."""

    rows: tuple[AttentionRow, ...]
    next: str = ""


@dataclass(frozen=True)
class StoppedLine:
    """A line on which nothing leaves, because the provider refuses our sign-in or account."""

    id: UUID
    name: str
    since: datetime
    reason: Explanation


def attention_page(member: Membership, cursor: Cursor | None = None, size: int = PAGE) -> AttentionPage:
    """One page of the list, of the conversations that the member may read."""
    rows = _visible(member).select_related("contact", "line", "author__user")
    if not sees_everybody(member):
        rows = rows.defer("contact__number")
    if cursor:
        rows = rows.filter(older_than(cursor, "created_at"))
    found = list(rows.order_by("-created_at", "-id")[: size + 1])
    shown = found[:size]
    prefetch([*shown, *(message.contact for message in shown)])
    asked = OutboxEntry.objects.filter(message_id__in=[message.pk for message in shown])
    looked_up = set(asked.values_list("message_id", flat=True)) if shown else set()
    place = str(Cursor(shown[-1].created_at, shown[-1].pk)) if len(found) > size else ""
    return AttentionPage(tuple(_row(member, message, message.pk in looked_up) for message in shown), place)


def attention_count(member: Membership) -> int:
    """How many there are, at most `MOST_COUNTED`."""
    return len(_visible(member).order_by().values_list("pk", flat=True)[:MOST_COUNTED])


def access_attention(member: Membership, message_id: UUID) -> Message:
    """A text of a conversation that the member may read, whether it is on the list or not. Raises NotYours."""
    found = visible_messages(member).filter(pk=message_id).first()
    if found is None:
        raise NotYours
    return found


def stopped_lines(member: Membership, lines: Iterable[Line] | None = None) -> list[StoppedLine]:
    """Lines of the member that have stopped, the longest first. `lines`: theirs, where they are known already."""
    names = {line.pk: line.name for line in (visible_lines(member) if lines is None else lines)}
    stopped = LineKey.objects.filter(line_id__in=names, stopped_at__isnull=False).order_by("stopped_at")
    return [
        StoppedLine(row.line_id, names[row.line_id], row.stopped_at, _reason(row.stopped_for))
        for row in stopped
        if row.stopped_at is not None
    ]


def _visible(member: Membership) -> QuerySet[Message]:
    return visible_messages(member).filter(~Q(attention=""))


def _is_repeatable(purpose: Purpose) -> bool:
    """Answers that are owed are made by rules, private links from the conversation; both anew each time."""
    return not TERMS[purpose].owed and purpose not in PRIVATE


def _row(member: Membership, message: Message, is_looked_up: bool) -> AttentionRow:
    status = MessageStatus(message.status)
    error = ErrorKind(message.error_kind) if message.error_kind else None
    unsure = message.attention in {Attention.UNCONFIRMED, Attention.NO_RECEIPT, Attention.DUPLICATE}
    sends = message.attention not in {Attention.HELD, Attention.DUPLICATE} and error is not ErrorKind.OPTED_OUT
    return AttentionRow(
        id=message.pk,
        conversation_id=message.conversation_id,
        customer=customer(member, message.contact, in_list=True),
        line=message.line.name,
        at=message.created_at,
        by=message.author.user.name if message.author else "",
        body=wording(member, message, in_list=True),
        kind=message.attention,
        status=explain(status, error, message.provider_code, message.attention),
        icon=status_icon(status),
        is_looked_up=is_looked_up,
        may_send_again=sends
        and message.ended_at is None
        and not is_looked_up
        and _is_repeatable(Purpose(message.purpose)),
        could_arrive_twice=unsure or error is ErrorKind.ABSENT,
    )


def _reason(kind: str) -> Explanation:
    return explain(MessageStatus.FAILED, ErrorKind(kind) if kind else ErrorKind.UNKNOWN)
