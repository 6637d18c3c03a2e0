"""A reviewer says what they think: the answers, a comment for reviewers, a coaching note for the agent. Also: it is set
aside, when nobody can or need review it.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.models import DrawnConversation, Review, ReviewAnswer, ReviewDispute, ScorecardVersion
from compliance.reviewing.cannot_review import CannotReview
from compliance.reviewing.holding import locked, readable
from compliance.reviewing.participants import took_part
from compliance.reviewing.questions import Answer, Kind, Question, read, score, unanswered
from tenancy import audit
from tenancy.audit import AuditKind
from texting.kept_words import kept

LONGEST_WORDS = 4000  # characters
State = DrawnConversation.State


class HeldNoMore(CannotReview):
    """The time ran out and somebody else has it, or it was given back."""


def judge(
    *,
    member: Membership,
    review_id: UUID,
    card: ScorecardVersion,
    answers: Mapping[str, Answer],
    comment: str = "",
    coaching: str = "",
) -> Review:
    """Keep the review; it cannot be changed then but by a dispute. What must not be stored leaves a mask in the words.

    Raises HeldNoMore, CannotReview with what is missing, MissingPermission.
    """
    require(member, Permission.REVIEWS_WRITE)
    row = Review.objects.filter(pk=review_id, reviewer=member).first()
    drawn = locked(row.drawn_id) if row else None
    review = Review.objects.select_for_update(of=("self",)).filter(pk=review_id, reviewer=member).first()
    if review is None or drawn is None:
        raise HeldNoMore(_("You had this conversation no more. Copy what you wrote, and take the next one."))
    if review.state == Review.State.DONE:
        raise CannotReview(_("You have sent this review already."))
    if took_part(member, drawn.conversation_id):
        raise CannotReview(_("You have taken part in this conversation meanwhile. Give it back."))
    if card.scorecard.retired_at is not None:
        raise CannotReview(_("This scorecard was retired meanwhile. Choose another."))
    now = timezone.now()
    keep_answers(review, card, answers, revision=1)
    review.card, review.state, review.done_at = card, Review.State.DONE, now
    review.comment, review.coaching, review.draft = clean_words(comment), clean_words(coaching), None
    review.save()
    close_if_settled(drawn)
    audit.record(
        event=AuditKind.REVIEW_MADE,
        actor=member,
        object=review,
        conversation=str(drawn.conversation_id),
        score=review.score,
    )
    return review


def keep_answers(review: Review, card: ScorecardVersion, answers: Mapping[str, Answer], *, revision: int) -> None:
    """Write the answers of one revision, and on the review what they come to. Raises CannotReview."""
    questions = read(card.questions)
    said = _said(questions, answers)
    if missing := unanswered(questions, said):
        raise CannotReview(_("Answer “%(question)s”.") % {"question": missing[0].text})
    now = timezone.now()
    ReviewAnswer.objects.bulk_create(
        ReviewAnswer(
            review=review,
            contact_id=review.contact_id,
            revision=revision,
            question=key,
            value=answer.value,
            words=answer.words,
            at=now,
        )
        for key, answer in said.items()
    )
    came_to = score(questions, said)
    review.revision, review.score, review.fails = revision, came_to.thousandths, came_to.fails


def close_if_settled(drawn: DrawnConversation) -> None:
    """Say on the row whether a review is missing or a dispute open; the caller has locked it."""
    done = Review.objects.filter(drawn=drawn, state=Review.State.DONE).count()
    if drawn.state == State.WAITING and done >= drawn.wanted:
        drawn.state = State.DONE
    disputed = ReviewDispute.objects.filter(review__drawn=drawn, outcome="").exists()
    drawn.is_open = disputed or drawn.state == State.WAITING
    drawn.save(update_fields=["state", "is_open"])


def set_aside(*, member: Membership, drawn_id: UUID, because: str) -> None:
    """It is reviewed no more, with a reason; what was said of it stays. Raises CannotReview, MissingPermission."""
    require(member, Permission.REVIEWS_MANAGE)
    words = clean_words(because)
    if not words:
        raise CannotReview(_("Say why."))
    if not readable(member).filter(pk=drawn_id).exists():
        raise CannotReview(_("There is no such conversation for you."))
    drawn = locked(drawn_id)
    if drawn.state != State.WAITING:
        raise CannotReview(_("It waits no more."))
    Review.objects.filter(drawn=drawn, state=Review.State.HELD).delete()
    drawn.state, drawn.set_aside_by, drawn.set_aside_at = State.SET_ASIDE, member, timezone.now()
    drawn.set_aside_because = words
    drawn.is_open = ReviewDispute.objects.filter(review__drawn=drawn, outcome="").exists()
    drawn.save()
    audit.record(event=AuditKind.REVIEW_SET_ASIDE, actor=member, object=drawn, conversation=str(drawn.conversation_id))


def clean_words(words: str) -> str:
    """As they may be stored. Raises CannotReview when they are too long."""
    text = words.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) > LONGEST_WORDS:
        raise CannotReview(_("At most %(most)s characters.") % {"most": f"{LONGEST_WORDS:,}"})
    return kept(text) if text else ""


def _said(questions: Sequence[Question], answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Of the card's questions only, each with what its kind allows; nothing for those that were not answered."""
    said: dict[str, Answer] = {}
    for one in questions:
        answer = answers.get(one.key, Answer())
        if one.kind == Kind.TEXT:
            words = clean_words(answer.words)
            said |= {one.key: Answer(words=words)} if words else {}
        elif answer.value in one.values:
            said[one.key] = Answer(answer.value)
        elif answer.value:
            raise CannotReview(
                _("“%(value)s” is no answer to “%(question)s”.") % {"value": answer.value[:20], "question": one.text}
            )
    return said
