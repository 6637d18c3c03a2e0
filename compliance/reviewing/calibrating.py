"""Conversations that two reviewers judged independently: question by question, how well they agree."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Membership
from compliance.models import DrawnConversation, Review, ReviewAnswer
from compliance.reports.periods import Period
from compliance.reviewing.agreement import Agreement, kappa, weighted_kappa
from compliance.reviewing.holding import readable
from compliance.reviewing.questions import Kind, Question, read

_WORDS = ((0.8, "very_good"), (0.6, "good"), (0.4, "moderate"), (0.2, "some"), (0.0, "hardly"))


@dataclass(frozen=True)
class Compared:
    """One question of one scorecard, as it is asked now."""

    scorecard: str
    question: Question
    agreement: Agreement

    @property
    def words(self) -> str:
        """What the kappa means, plainly (after Landis and Koch 1977, who chose the steps)."""
        value = self.agreement.kappa
        if value is None:
            return _("Cannot be told: everybody gave the same answer")
        name = next((name for least, name in _WORDS if value > least), "none")
        return {
            "very_good": _("Very good"),
            "good": _("Good"),
            "moderate": _("Moderate: talk about what the question means"),
            "some": _("Some: the question is understood differently"),
            "hardly": _("Hardly better than chance"),
            "none": _("No better than chance"),
        }[name]


@dataclass(frozen=True)
class Differing:
    """A conversation that was judged twice, and how many questions were answered differently."""

    drawn: DrawnConversation
    first: Review
    second: Review
    questions: int


@dataclass(frozen=True)
class Comparison:
    """`pairs`: conversations that were judged twice with one scorecard. `differing`: the most different first."""

    pairs: int
    questions: list[Compared]
    differing: list[Differing]


def compare(member: Membership, period: Period) -> Comparison:
    """Of conversations that the member may read, judged the second time in the period. What was answered first counts,
    also where a dispute has changed it.
    """
    twice = readable(member).filter(wanted=2, state=DrawnConversation.State.DONE).values("pk")
    done = Review.objects.filter(state=Review.State.DONE, drawn__in=twice)
    found = done.select_related("card__scorecard", "drawn", "reviewer__user").order_by("drawn", "place")
    reviews: dict[UUID, list[Review]] = defaultdict(list)
    for review in found:
        reviews[review.drawn_id].append(review)
    both = [(one, other) for one, other in (pair for pair in reviews.values() if len(pair) > 1)]
    both = [pair for pair in both if _is_comparable(pair, period)]
    answers = _answers(review.pk for pair in both for review in pair)
    questions, pairs = _questions(both), _pairs(both, answers)
    compared = [
        Compared(names, question, (weighted_kappa if question.kind == Kind.RATING else kappa)(pairs[key]))
        for key, (names, question) in questions.items()
        if pairs[key]
    ]
    differing = [
        Differing(one.drawn, one, other, _different(answers[one.pk], answers[other.pk])) for one, other in both
    ]
    differing = sorted((one for one in differing if one.questions), key=lambda one: -one.questions)
    return Comparison(len(both), compared, differing)


def _is_comparable(pair: tuple[Review, Review], period: Period) -> bool:
    ends = [one.done_at for one in pair if one.done_at]
    cards = {one.card.scorecard_id for one in pair if one.card}
    return len(cards) == 1 and period.begin <= max(ends) < period.end


def _answers(ids: Iterable[UUID]) -> Mapping[UUID, dict[str, str]]:
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    rows = ReviewAnswer.objects.filter(review__in=list(ids), revision=1).exclude(value="")
    for review_id, question, value in rows.values_list("review_id", "question", "value"):
        found[review_id][question] = value
    return found


def _questions(both: Iterable[tuple[Review, Review]]) -> dict[tuple[UUID, str], tuple[str, Question]]:
    """Each question of choices, as its newest version among the reviews words it."""
    cards = {one.card.pk: one.card for pair in both for one in pair if one.card}
    found: dict[tuple[UUID, str], tuple[str, Question]] = {}
    for card in sorted(cards.values(), key=lambda one: (one.scorecard.name, one.number)):
        for question in read(card.questions):
            if question.kind != Kind.TEXT:
                found[card.scorecard_id, question.key] = (card.scorecard.title, question)
    return found


def _pairs(
    both: Iterable[tuple[Review, Review]], answers: Mapping[UUID, dict[str, str]]
) -> Mapping[tuple[UUID, str], list[tuple[str, str]]]:
    """Both answers, where both answered."""
    found: dict[tuple[UUID, str], list[tuple[str, str]]] = defaultdict(list)
    for one, other in both:
        mine, theirs = answers[one.pk], answers[other.pk]
        for key in mine.keys() & theirs.keys():
            if one.card:
                found[one.card.scorecard_id, key].append((mine[key], theirs[key]))
    return found


def _different(mine: Mapping[str, str], theirs: Mapping[str, str]) -> int:
    return sum(mine.get(key) != theirs.get(key) for key in mine.keys() | theirs.keys())
