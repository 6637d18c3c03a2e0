"""How much of the work was looked at again, and how it was judged: over time, by team, by agent, by question."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from accounts.models import Membership
from compliance.models import CheckedConversation, DrawnConversation, Review, ReviewAnswer
from compliance.reports.periods import Period
from compliance.review_checks.rates import rate
from compliance.review_checks.reading import visible_checked
from compliance.reviewing.questions import NO, NOT_ASKED, YES, Kind, Question, read
from compliance.reviewing.showing import percent

State = DrawnConversation.State
Rate = float | None


@dataclass(frozen=True)
class Group:
    """Conversations of one team or agent, or all. `score`: the mean of their reviews in per cent, rounded down; None
    without one that was scored.
    """

    whose: UUID | None
    name: str
    conversations: int
    drawn: int
    reviewed: int
    set_aside: int
    failing: int
    score: int | None

    @property
    def drawn_rate(self) -> Rate:
        return rate(self.drawn, self.conversations)

    @property
    def reviewed_rate(self) -> Rate:
        """Of the drawn ones."""
        return rate(self.reviewed, self.drawn)


@dataclass(frozen=True)
class QuestionFigures:
    """The answers to one question. `mean`: of 1 to 5, or of yes and no in per cent yes; None without any."""

    scorecard: str
    question: Question
    answers: int
    yes: int
    no: int
    not_asked: int
    mean: float | None


@dataclass(frozen=True)
class Report:
    """`lines`: drawn and reviewed in per cent of the conversations of each bucket."""

    buckets: list[date]
    lines: list[tuple[str, list[Rate]]]
    everybody: Group
    teams: list[Group]
    agents: list[Group]
    questions: list[QuestionFigures]


def report(member: Membership, period: Period, *, drawn: str, reviewed: str) -> Report:
    """Of conversations resolved in the period that the member may read. `drawn`, `reviewed`: the names of the lines."""
    rows = visible_checked(member).select_related(None).filter(number__gt=0)
    rows = rows.filter(resolved_at__gte=period.begin, resolved_at__lt=period.end).order_by()
    some = DrawnConversation.objects.filter(conversation_id=OuterRef("conversation_id"))
    rows = rows.annotate(
        is_drawn=Exists(some),
        is_reviewed=Exists(some.filter(state=State.DONE)),
        is_aside=Exists(some.filter(state=State.SET_ASIDE)),
    )
    reviews = _reviews(rows)
    teams = _groups(rows, reviews, "line__team", "line__team__name")
    agents = _groups(rows, reviews, "agent", "agent__user__name")
    return Report(*_lines(rows, period, drawn, reviewed), _summed(teams, reviews), teams, agents, _questions(reviews))


def _reviews(rows: QuerySet[CheckedConversation]) -> list[Review]:
    """Those that the agents read, of these conversations."""
    ids = rows.values("conversation_id")
    found = Review.objects.select_related("drawn__line", "card__scorecard")
    return list(found.filter(place=1, state=Review.State.DONE, drawn__conversation_id__in=ids))


def _lines(
    rows: QuerySet[CheckedConversation], period: Period, drawn: str, reviewed: str
) -> tuple[list[date], list[tuple[str, list[Rate]]]]:
    days = rows.annotate(day=TruncDate("resolved_at", tzinfo=ZoneInfo(period.zone))).values("day")
    counted: list[Any] = list(days.annotate(**_COUNTS))
    buckets = period.buckets()

    def folded(name: str) -> list[int]:
        return period.fold({row["day"]: row[name] for row in counted}, buckets)

    whole = folded("conversations")
    return buckets, [
        (name, [rate(part, of) for part, of in zip(folded(key), whole, strict=True)])
        for name, key in ((drawn, "drawn"), (reviewed, "reviewed"))
    ]


_COUNTS = {
    "conversations": Count("pk"),
    "drawn": Count("pk", filter=Q(is_drawn=True)),
    "reviewed": Count("pk", filter=Q(is_reviewed=True)),
    "set_aside": Count("pk", filter=Q(is_aside=True)),
}


def _groups(rows: QuerySet[CheckedConversation], reviews: Sequence[Review], column: str, name: str) -> list[Group]:
    """Those with the most conversations first; nobody's has no name."""
    by: dict[UUID | None, list[Review]] = defaultdict(list)
    for review in reviews:
        by[review.drawn.line.team_id if column == "line__team" else review.agent_id].append(review)
    found = rows.values(whose=F(column), called=F(name)).annotate(**_COUNTS)
    groups = [_group(row, by[row["whose"]]) for row in found]
    return sorted(groups, key=lambda group: (-group.conversations, group.name))


def _group(row: Mapping[str, Any], reviews: Sequence[Review]) -> Group:
    counts = {key: row[key] for key in _COUNTS}
    return Group(row["whose"], row["called"] or "", **counts, failing=_failing(reviews), score=_mean(reviews))


def _summed(groups: Sequence[Group], reviews: Sequence[Review]) -> Group:
    sums = {key: sum(getattr(group, key) for group in groups) for key in _COUNTS}
    return Group(None, "", **sums, failing=_failing(reviews), score=_mean(reviews))


def _failing(reviews: Iterable[Review]) -> int:
    return sum(review.fails for review in reviews)


def _mean(reviews: Iterable[Review]) -> int | None:
    scores = [review.score for review in reviews if review.score is not None]
    return percent(sum(scores) // len(scores)) if scores else None


def _questions(reviews: Sequence[Review]) -> list[QuestionFigures]:
    """Of the answers that hold now; each question as the newest of the versions words it."""
    revisions = {review.pk: review for review in reviews}
    cards = {review.card.pk: review.card for review in reviews if review.card}
    asked: dict[tuple[UUID, str], tuple[str, Question]] = {}
    for card in sorted(cards.values(), key=lambda one: (one.scorecard.name, one.number)):
        for question in read(card.questions):
            if question.kind != Kind.TEXT:
                asked[card.scorecard_id, question.key] = (card.scorecard.title, question)
    values: dict[tuple[UUID, str], list[str]] = defaultdict(list)
    rows = ReviewAnswer.objects.filter(review__in=list(revisions)).exclude(value="")
    for review_id, revision, key, value in rows.values_list("review_id", "revision", "question", "value"):
        review = revisions[review_id]
        if revision == review.revision and review.card:
            values[review.card.scorecard_id, key].append(value)
    return [_figures(name, question, values[key]) for key, (name, question) in asked.items()]


def _figures(scorecard: str, question: Question, values: Sequence[str]) -> QuestionFigures:
    yes, no, not_asked = (values.count(one) for one in (YES, NO, NOT_ASKED))
    if question.kind == Kind.RATING:
        told = [int(value) for value in values if value.isdecimal()]
        mean = round(sum(told) / len(told), 1) if told else None
    else:
        mean = rate(yes, yes + no)
    return QuestionFigures(scorecard, question, len(values), yes, no, not_asked, mean)
