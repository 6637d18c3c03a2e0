"""What an agent does with a review of their work, and how a dispute about it ends."""

from collections.abc import Mapping
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.models import Review, ReviewDispute
from compliance.reviewing.cannot_review import CannotReview
from compliance.reviewing.holding import locked, readable
from compliance.reviewing.judging import clean_words, close_if_settled, keep_answers
from compliance.reviewing.participants import took_part
from compliance.reviewing.questions import Answer
from tenancy import audit
from tenancy.audit import AuditKind

Outcome = ReviewDispute.Outcome
FIRST = 1
"""The place whose review the agent reads; the other is there to be compared with it."""


def of_agent(member: Membership, review_id: UUID) -> Review | None:
    """A review of the member's own work that they may read."""
    rows = Review.objects.select_related("drawn__line__team", "card__scorecard", "reviewer__user")
    return rows.filter(pk=review_id, agent=member, place=FIRST, state=Review.State.DONE).first()


def acknowledge(*, member: Membership, review: Review) -> None:
    """The agent has read it. Twice is once. Raises CannotReview for somebody else's."""
    if review.agent_id != member.pk:
        raise CannotReview(_("This is not a review of your work."))
    rows = Review.objects.filter(pk=review.pk, state=Review.State.DONE, acknowledged_at=None)
    if rows.update(acknowledged_at=timezone.now()):
        audit.record(event=AuditKind.REVIEW_ACKNOWLEDGED, actor=member, object=review)


def dispute(*, member: Membership, review: Review, reason: str) -> ReviewDispute:
    """The agent does not agree, once. Raises CannotReview without a reason, twice, and for somebody else's."""
    if review.agent_id != member.pk or review.place != FIRST:
        raise CannotReview(_("This is not a review of your work."))
    words = clean_words(reason)
    if not words:
        raise CannotReview(_("Say what you do not agree with."))
    drawn = locked(review.drawn_id)
    if ReviewDispute.objects.filter(review=review).exists():
        raise CannotReview(_("You have disputed this review already."))
    made = ReviewDispute.objects.create(
        review=review,
        contact_id=review.contact_id,
        reviewer_id=review.reviewer_id,
        raised_by=member,
        raised_at=timezone.now(),
        reason=words,
    )
    close_if_settled(drawn)
    audit.record(event=AuditKind.REVIEW_DISPUTED, actor=member, object=review)
    return made


def may_decide(member: Membership, found: ReviewDispute) -> bool:
    """Whether the member is another than the reviewer and took no part in the conversation."""
    others = member.pk not in {found.reviewer_id, found.raised_by_id}
    return others and not took_part(member, found.review.drawn.conversation_id)


def decide(
    *,
    member: Membership,
    dispute_id: UUID,
    outcome: str,
    answer: str,
    answers: Mapping[str, Answer] | None = None,
) -> ReviewDispute:
    """End it: the review stands, or its answers become `answers`, in a new revision. With words for the agent.

    Raises CannotReview for the reviewer, for whoever took part, for one that is decided; MissingPermission.
    """
    require(member, Permission.REVIEWS_MANAGE)
    found = _of_dispute(member, dispute_id)
    drawn = locked(found.review.drawn_id)
    found = ReviewDispute.objects.select_related("review__card").select_for_update(of=("self",)).get(pk=dispute_id)
    if found.outcome:
        raise CannotReview(_("This dispute is decided already."))
    if not may_decide(member, found):
        raise CannotReview(_("Somebody else decides: neither the reviewer nor who took part in the conversation."))
    if outcome not in Outcome.values:
        raise CannotReview(_("Say whether the review stands."))
    words = clean_words(answer)
    if not words:
        raise CannotReview(_("Say why, for the agent and the reviewer."))
    review = found.review
    if outcome == Outcome.CHANGED and review.card:
        keep_answers(review, review.card, answers or {}, revision=review.revision + 1)
        review.save(update_fields=["revision", "score", "fails"])
    found.outcome, found.decided_by, found.decided_at, found.answer = outcome, member, timezone.now(), words
    found.save(update_fields=["outcome", "decided_by", "decided_at", "answer"])
    close_if_settled(drawn)
    audit.record(event=AuditKind.REVIEW_DECIDED, actor=member, object=review, outcome=outcome, score=review.score)
    return found


def open_disputes(member: Membership) -> list[ReviewDispute]:
    """Of conversations that the member may read, the oldest first; also those that another must decide."""
    rows = ReviewDispute.objects.select_related(
        "review__drawn__line__team", "reviewer__user", "raised_by__user", "review__card__scorecard"
    )
    mine = readable(member).values("pk")
    return list(rows.filter(outcome="", review__drawn__in=mine).order_by("raised_at", "id"))


def _of_dispute(member: Membership, dispute_id: UUID) -> ReviewDispute:
    mine = readable(member).values("pk")
    found = ReviewDispute.objects.select_related("review").filter(pk=dispute_id, review__drawn__in=mine).first()
    if found is None:
        raise CannotReview(_("There is no such dispute for you."))
    return found
