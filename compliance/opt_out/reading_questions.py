"""Which questions a member sees, and how: those of conversations that they may read, customers as they may see them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.models import OptOutQuestion
from tenancy.encryption import prefetch, readable
from tenancy.pieces import in_pieces
from texting.models import Conversation, Message
from texting.queries.access import NotYours, visible_conversations, with_people
from texting.queries.inbox import MOST_COUNTED
from texting.queries.seeing import Customer, customer, wording

SHOWN = 50
BEFORE = 2
"""Texts before the one in question that are shown with it, so that "no more please" can be understood."""


@dataclass(frozen=True)
class Said:
    """One text of the thread before it."""

    body: str
    is_ours: bool


@dataclass(frozen=True)
class QuestionRow:
    """One question. `text` is what the customer wrote; `who` has answered it, the customer themselves as "They"."""

    id: UUID
    conversation_id: UUID
    kind: str
    kind_label: str
    state: str
    answer: str
    customer: Customer
    line: str
    text: str
    before: tuple[Said, ...]
    asked_at: datetime
    due_at: datetime
    decided_at: datetime | None
    who: str
    reason: str
    may_decide: bool
    may_put_back: bool

    @property
    def is_open(self) -> bool:
        return self.state == OptOutQuestion.State.OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether somebody should have decided it by now."""
        return self.is_open and self.due_at <= timezone.now()

    @property
    def is_wrong_number(self) -> bool:
        return self.kind == OptOutQuestion.Kind.WRONG_NUMBER

    @property
    def key(self) -> str:
        """The id as a part of elements' names."""
        return str(self.id)


def open_questions(member: Membership) -> list[QuestionRow]:
    """Those that wait, what is due first at the top; at most `SHOWN`."""
    rows = _visible(member).filter(state=OptOutQuestion.State.OPEN).order_by("due_at", "id")
    return _rows(member, rows[:SHOWN])


def decided_questions(member: Membership) -> list[QuestionRow]:
    """The latest that were answered; at most `SHOWN`."""
    rows = _visible(member).exclude(state=OptOutQuestion.State.OPEN).order_by("-decided_at", "-id")
    return _rows(member, rows[:SHOWN])


def all_questions(member: Membership) -> Iterator[list[QuestionRow]]:
    """Every question, the newest first, for a file that leaves in pieces."""
    return in_pieces(
        member.organization,
        lambda: _visible(member).order_by("-asked_at", "-id"),
        lambda found: _rows(member, found),
    )


def question_count(member: Membership) -> int:
    """How many wait, at most `MOST_COUNTED`."""
    rows = _visible(member).filter(state=OptOutQuestion.State.OPEN)
    return len(rows.order_by().values_list("pk", flat=True)[:MOST_COUNTED])


def access_question(member: Membership, question_id: UUID) -> OptOutQuestion:
    """A question about a conversation that the member may read. Raises NotYours."""
    found = _visible(member).filter(pk=question_id).first()
    if found is None:
        raise NotYours
    return found


def questions_of(member: Membership, conversation: Conversation) -> list[QuestionRow]:
    """What is open about this customer, for the thread."""
    rows = _visible(member).filter(state=OptOutQuestion.State.OPEN, number_index=conversation.contact.number_index)
    return _rows(member, rows.order_by("due_at", "id"))


def _visible(member: Membership) -> QuerySet[OptOutQuestion]:
    mine = visible_conversations(member).order_by().values("pk")
    return OptOutQuestion.objects.select_related("decided_by__user").filter(conversation_id__in=mine)


def _rows(member: Membership, questions: Iterable[OptOutQuestion]) -> list[QuestionRow]:
    found = list(questions)
    if not found:
        return []
    threads = with_people(member, Conversation.objects.all())
    conversations = {one.pk: one for one in threads.filter(pk__in=[row.conversation_id for row in found])}
    texts = _texts(found)
    prefetch([*found, *(one.contact for one in conversations.values()), *(m for many in texts.values() for m in many)])
    may_decide = member.may(Permission.OPT_OUTS_DECIDE)
    return [
        _row(member, question, conversations[question.conversation_id], texts[question.pk], may_decide=may_decide)
        for question in found
        if question.conversation_id in conversations
    ]


def _texts(questions: list[OptOutQuestion]) -> dict[UUID, list[Message]]:
    """By question: the text in question, the newest first, and those before it; in two statements for all."""
    earlier = Message.objects.filter(conversation_id=OuterRef("conversation_id"), pk__lte=OuterRef("message_id"))
    rows = OptOutQuestion.objects.filter(pk__in=[question.pk for question in questions])
    ids = dict(
        rows.annotate(texts=ArraySubquery(earlier.order_by("-id").values("pk")[: BEFORE + 1])).values_list(
            "pk", "texts"
        )
    )
    messages = Message.objects.in_bulk({pk for many in ids.values() for pk in many})
    return {question: [messages[pk] for pk in many] for question, many in ids.items()}


def _row(
    member: Membership,
    question: OptOutQuestion,
    conversation: Conversation,
    texts: list[Message],
    *,
    may_decide: bool,
) -> QuestionRow:
    contact = conversation.contact

    def said(message: Message) -> str:
        return wording(member, message, contact=contact, in_list=True)

    own = [said(one) for one in texts if one.pk == question.message_id]
    before = [Said(said(one), one.direction == Message.Direction.OUT) for one in texts if one.pk != question.message_id]
    decided = question.state != OptOutQuestion.State.OPEN
    return QuestionRow(
        id=question.pk,
        conversation_id=conversation.pk,
        kind=question.kind,
        kind_label=str(OptOutQuestion.Kind(question.kind).label),
        state=question.state,
        answer=str(OptOutQuestion.State(question.state).label),
        customer=customer(member, contact, in_list=True),
        line=conversation.line.name,
        text=own[0] if own else _("Erased"),
        before=tuple(reversed(before)),
        asked_at=question.asked_at,
        due_at=question.due_at,
        decided_at=question.decided_at,
        who=(question.decided_by.user.name if question.decided_by else _("They said so themselves")) if decided else "",
        reason=wording(member, question, "reason", contact=contact, in_list=True),
        may_decide=may_decide,
        may_put_back=may_decide and bool(readable(question, "detached", "")),
    )
