"""Human reviews that are done: as a list without words, and one with its answers and words. Read only."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import serializers

from accounts.api.describing import describe
from accounts.api.endpoint import Endpoint, answer
from accounts.api.paging import PageParameters, page_answer
from accounts.api.problems import Kind
from accounts.api.reading import read_parameters
from accounts.models import Membership
from accounts.permissions import Permission
from compliance.api import examples
from compliance.models import DrawnConversation, Review, ReviewDispute
from compliance.reviewing.holding import finished
from compliance.reviewing.questions import Answer
from compliance.reviewing.questions import Kind as QuestionKind
from compliance.reviewing.showing import given, is_blind, percent, review_for
from texting.api.pages import cursor_of
from texting.api.shown import Named
from texting.queries import Cursor
from texting.queries.cursors import older_than

_READ = (Permission.CONVERSATIONS_READ, Permission.REVIEWS_WRITE)
OPEN = "open"


class ShownCard(serializers.Serializer):  # type: ignore[type-arg]
    """The scorecard in the version that was answered."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.IntegerField()


class ShownReview(serializers.Serializer):  # type: ignore[type-arg]
    """One review of a conversation."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    reasons = serializers.ListField(
        child=serializers.ChoiceField(choices=DrawnConversation.Reason.values),
        help_text="Why the conversation was drawn, the weightiest first.",
    )
    scorecard = ShownCard()
    reviewer = Named()
    agent = Named(allow_null=True, help_text="Whose work it is; null for nobody's, and where reviews are blind.")
    is_blind = serializers.BooleanField(help_text="The organization's reviews are blind: nobody's name is told.")
    place = serializers.IntegerField(help_text="1: the one that the agent reads; 2: the one it is compared with.")
    done_at = serializers.DateTimeField()
    score = serializers.IntegerField(allow_null=True, help_text="Per cent, rounded down; null: nothing was scored.")
    fails = serializers.BooleanField(help_text="A critical question was answered with no.")
    revision = serializers.IntegerField(help_text="2 when a dispute changed its answers.")
    acknowledged_at = serializers.DateTimeField(
        allow_null=True, help_text="When the agent said that they have read it."
    )
    dispute = serializers.ChoiceField(
        choices=[OPEN, *ReviewDispute.Outcome.values], allow_null=True, help_text="Null: the agent raised none."
    )


class ShownReply(serializers.Serializer):  # type: ignore[type-arg]
    """A question of the scorecard, and what was answered."""

    question = serializers.CharField(help_text="Its key, the same from version to version.")
    text = serializers.CharField()
    kind = serializers.ChoiceField(choices=[one.value for one in QuestionKind])
    value = serializers.CharField(help_text="yes, no, na, or 1 to 5; empty: not answered, or answered in words.")
    words = serializers.CharField()


class ShownOneReview(ShownReview):
    """One review with its answers. Names and numbers in words are hidden from keys without contacts:reveal."""

    answers = ShownReply(many=True)
    comment = serializers.CharField(help_text="For reviewers.")
    coaching = serializers.CharField(help_text="For the agent.")


class ReviewPage(serializers.Serializer):  # type: ignore[type-arg]
    """Reviews, the newest first."""

    data = ShownReview(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="The cursor of the next page; null on the last one.")


class ReviewParameters(PageParameters):
    """Which reviews."""

    conversation_id = serializers.UUIDField(required=False)
    agent_id = serializers.UUIDField(required=False, help_text="Whose work; finds nothing where reviews are blind.")
    scorecard_id = serializers.UUIDField(required=False)
    fails = serializers.BooleanField(required=False)


class Reviews(Endpoint):
    """The list."""

    needs = {"get": _READ}

    @describe(
        "List reviews",
        answer=ReviewPage,
        example={"data": [examples.REVIEW], "next": None},
        parameters=[ReviewParameters],
        problems=[Kind.PERMISSION_MISSING],
        tag="Reviews",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Reviews that are done, of conversations that this key may read; not while another reviewer of the same
        conversation has not answered.
        """
        wanted = read_parameters(request, ReviewParameters)
        cursor, size, blind = cursor_of(wanted), wanted["limit"], is_blind()
        rows = _narrowed(_finished(self.member), wanted, blind=blind)
        if cursor is not None:
            rows = rows.filter(older_than(cursor, "done_at"))
        found = list(rows[: size + 1])
        last = found[size - 1] if len(found) > size else None
        following = str(Cursor(last.done_at, last.pk)) if last and last.done_at else ""
        disputes = _disputes(found)
        shown = [_show(one, disputes.get(one.pk), blind=blind) for one in found[:size]]
        return page_answer(request, shown, following)


class OneReview(Endpoint):
    """A review by its id."""

    needs = {"get": _READ}

    @describe(
        "Read a review",
        answer=ShownOneReview,
        example=examples.ONE_REVIEW,
        problems=[Kind.PERMISSION_MISSING, Kind.NOT_FOUND],
        tag="Reviews",
    )
    def get(self, request: HttpRequest, scored_id: UUID) -> HttpResponse:
        """With its answers as they hold now, and its words."""
        found = _finished(self.member).filter(pk=scored_id).first()
        if found is None:
            raise Http404
        blind = is_blind()
        shown, values = review_for(self.member, found, blind=blind), given(found)
        replies = [
            {
                "question": one.question.key,
                "text": one.question.text,
                "kind": one.question.kind,
                "value": values.get(one.question.key, Answer()).value,
                "words": one.words,
            }
            for one in shown.answers
        ]
        words = {"answers": replies, "comment": shown.comment, "coaching": shown.coaching}
        return answer(_show(found, _disputes([found]).get(found.pk), blind=blind) | words)


def _finished(member: Membership) -> QuerySet[Review]:
    rows = finished(member).select_related("drawn", "reviewer__user", "agent__user", "card__scorecard")
    return rows.order_by("-done_at", "-id")


def _narrowed(rows: QuerySet[Review], wanted: dict[str, Any], *, blind: bool) -> QuerySet[Review]:
    columns = {
        "conversation_id": "drawn__conversation_id",
        "agent_id": "agent_id",
        "scorecard_id": "card__scorecard_id",
        "fails": "fails",
    }
    if blind and "agent_id" in wanted:
        return rows.none()
    return rows.filter(**{column: wanted[name] for name, column in columns.items() if wanted.get(name) is not None})


def _disputes(found: list[Review]) -> dict[UUID, str]:
    rows = ReviewDispute.objects.filter(review__in=found).values_list("review_id", "outcome")
    return {pk: outcome or OPEN for pk, outcome in rows}


def _show(review: Review, dispute: str | None, *, blind: bool) -> dict[str, Any]:
    card, agent = review.card, None if blind else review.agent
    return {
        "id": review.pk,
        "conversation_id": review.drawn.conversation_id,
        "reasons": review.drawn.why,
        "scorecard": {"id": card.scorecard_id, "name": card.scorecard.name, "version": card.number} if card else None,
        "reviewer": {"id": review.reviewer_id, "name": review.reviewer.user.name},
        "agent": {"id": agent.pk, "name": agent.user.name} if agent else None,
        "is_blind": blind,
        "place": review.place,
        "done_at": review.done_at,
        "score": percent(review.score),
        "fails": review.fails,
        "revision": review.revision,
        "acknowledged_at": review.acknowledged_at,
        "dispute": dispute,
    }
