"""Reviews and drawn conversations as pages show them: customers and words as the member may see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from compliance.models import (
    CheckedConversation,
    CheckOutcome,
    DrawnConversation,
    Review,
    ReviewAnswer,
    ReviewDispute,
    ReviewSettings,
)
from compliance.review_checks.reading import Shown, shown
from compliance.reviewing.blinding import agent, viewpoint
from compliance.reviewing.questions import NO, NOT_ASKED, YES, Answer, Question, read
from tenancy.encryption import prefetch, readable
from texting.models import Contact, Conversation, Line
from texting.queries import Customer, customer, masked_words, wording
from texting.queries.access import with_people

Reason = DrawnConversation.Reason


@dataclass(frozen=True)
class QueueFilter:
    """What a reviewer wants to take. `days`: drawn at least so many days ago. No agent where reviews are blind."""

    team: UUID | None = None
    agent: UUID | None = None
    reason: str = ""
    days: int = 0

    @property
    def condition(self) -> Q:
        """On drawn conversations."""
        wanted = Q()
        if self.team:
            wanted &= Q(line_id__in=Line.objects.filter(team_id=self.team).order_by().values("pk"))
        if self.agent:
            wanted &= Q(agent_id=self.agent)
        if self.reason:
            wanted &= Q(why__contains=[self.reason])
        if self.days:
            wanted &= Q(drawn_at__lte=timezone.now() - timedelta(days=self.days))
        return wanted

    @property
    def query(self) -> str:
        """As the address says it."""
        return urlencode({name: str(value) for name, value in vars(self).items() if value})


@dataclass(frozen=True)
class DrawnRow:
    """One drawn conversation. `agent` is "Agent A" where reviews are blind, "" for nobody's."""

    id: UUID
    conversation_id: UUID
    customer: Customer | None
    line: str
    team: str
    agent: str
    why: tuple[str, ...]
    drawn_at: datetime
    resolved_at: datetime
    wanted: int


@dataclass(frozen=True)
class ShownAnswer:
    """A question with its answer in words; `before`: what it was before a dispute changed it, "" where it was not."""

    question: Question
    answer: str
    words: str
    before: str = ""

    @property
    def is_bad(self) -> bool:
        return self.answer == _("No")


@dataclass(frozen=True)
class ShownReview:
    """One review as this member may read it. `score` in per cent, rounded down; None when nothing was scored."""

    review: Review
    customer: Customer | None
    answers: tuple[ShownAnswer, ...]
    comment: str
    coaching: str
    score: int | None
    dispute: "ShownDispute | None"


@dataclass(frozen=True)
class ShownDispute:
    """What the agent said, and what was decided."""

    row: ReviewDispute
    reason: str
    answer: str


def is_blind() -> bool:
    """Whether the active organization's reviews are blind."""
    return ReviewSettings.objects.filter(is_blind=True).exists()


def drawn_rows(member: Membership, found: Iterable[DrawnConversation], *, blind: bool) -> list[DrawnRow]:
    """In their order. Customers as in lists."""
    rows = list(found)
    viewer = viewpoint(member, blind=blind)
    ids = [row.conversation_id for row in rows]
    conversations = {one.pk: one for one in with_people(viewer, Conversation.objects.filter(pk__in=ids))}
    prefetch([one.contact for one in conversations.values()])
    agents = dict(
        Membership.objects.filter(pk__in=[row.agent_id for row in rows if row.agent_id]).values_list("pk", "user__name")
    )
    shown_rows = []
    for row in rows:
        conversation = conversations.get(row.conversation_id)
        name = "" if row.agent_id is None else agent(0) if blind else agents[row.agent_id]
        shown_rows.append(
            DrawnRow(
                id=row.pk,
                conversation_id=row.conversation_id,
                customer=customer(viewer, conversation.contact, in_list=True) if conversation else None,
                line=row.line.name,
                team=row.line.team.name,
                agent=name,
                why=tuple(str(Reason(reason).label) for reason in row.why),
                drawn_at=row.drawn_at,
                resolved_at=row.resolved_at,
                wanted=row.wanted,
            )
        )
    return shown_rows


def checks_of(conversation_id: UUID) -> tuple[Shown, ...]:
    """The newest outcome of the four review checks; nothing before the first."""
    row = CheckedConversation.objects.filter(conversation_id=conversation_id).first()
    outcomes = CheckOutcome.objects.filter(conversation_id=conversation_id)
    outcome = outcomes.filter(number=row.number).first() if row else None
    return shown(outcome) if outcome else ()


def review_for(member: Membership, review: Review, *, blind: bool = False) -> ShownReview:
    """With answers, words and dispute."""
    viewer = viewpoint(member, blind=blind)
    contact = Contact.objects.filter(pk=review.contact_id).first()
    dispute = ReviewDispute.objects.select_related("decided_by__user").filter(review=review).first()
    return ShownReview(
        review=review,
        customer=customer(viewer, contact, in_list=True) if contact else None,
        answers=tuple(_answers(viewer, review, contact)),
        comment=_words(viewer, review, "comment", contact),
        coaching=_words(viewer, review, "coaching", contact),
        score=percent(review.score),
        dispute=ShownDispute(
            dispute, _words(viewer, dispute, "reason", contact), _words(viewer, dispute, "answer", contact)
        )
        if dispute
        else None,
    )


def percent(score: int | None) -> int | None:
    """Thousandths as per cent, rounded down."""
    return None if score is None else score // 10


def given(review: Review) -> dict[str, Answer]:
    """The answers that hold now, by question."""
    rows = ReviewAnswer.objects.filter(review=review, revision=review.revision)
    return {row.question: Answer(row.value, readable(row, "words", "") or "") for row in rows}


def value_label(value: str) -> str:
    """As pages say an answer."""
    return {YES: _("Yes"), NO: _("No"), NOT_ASKED: _("Does not apply")}.get(value, value)


def _answers(viewer: Membership, review: Review, contact: Contact | None) -> Iterable[ShownAnswer]:
    if review.card is None:
        return
    rows: dict[tuple[int, str], ReviewAnswer] = {
        (row.revision, row.question): row for row in ReviewAnswer.objects.filter(review=review)
    }
    for question in read(review.card.questions):
        now = rows.get((review.revision, question.key))
        old = rows.get((1, question.key))
        before = value_label(old.value) if old and review.revision > 1 and (not now or old.value != now.value) else ""
        words = _words(viewer, now, "words", contact) if now else ""
        yield ShownAnswer(question, value_label(now.value) if now else "", words, before)


def _words(viewer: Membership, row: Any, attribute: str, contact: Contact | None) -> str:
    """As the viewer may read them; the name of a customer who is gone cannot be looked for."""
    if readable(row, attribute, _("Erased")) in {None, ""}:
        return ""
    if contact is None:
        return masked_words(readable(row, attribute, _("Erased")) or "", None)
    return wording(viewer, row, attribute, contact=contact)
