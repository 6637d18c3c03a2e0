"""The catalogue of rates that an action can move: what the product counts already, each the share or number of what
should not happen, so that lower is better everywhere. Counted over whole days of the organization, by line, team or
colleague.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count as CountRows
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from compliance.actions.intervals import Count
from compliance.actions.places import Place
from compliance.detectors.findings import TYPES
from compliance.measures.evidence.figures import Evidence
from compliance.measures.evidence.kinds import kinds
from compliance.measures.evidence.reviews import OfChecks
from compliance.models import CheckedConversation, ConsentEvent, Escalation, Finding, Review, ReviewAnswer, Scorecard
from compliance.reports.counting import OWED
from compliance.reports.periods import Period
from compliance.review_checks.judging import Check, Result
from compliance.review_checks.words import TITLES
from compliance.reviewing.questions import NO, YES, Kind, read
from compliance.screening.words import name_of
from texting.models import Conversation, Message

Words = str | Promise
ENDS_WITHIN = timedelta(days=7)
"""After a text an opt-out counts for who wrote it, as in the report on consent."""
_Row = TypeVar("_Row", bound=Model)


class Unit(StrEnum):
    """A share of things that are or are not so, or events while so many texts went."""

    SHARE = "share"
    THOUSAND = "thousand"

    @property
    def scale(self) -> int:
        """What the quotient is multiplied with."""
        return 100 if self is Unit.SHARE else 1000

    @property
    def sign(self) -> str:
        """After a number."""
        return "%" if self is Unit.SHARE else say("per 1,000")


@dataclass(frozen=True)
class Rate:
    """One of the catalogue. `narrows`: whether it can be counted for a team or line alone. `of_agents`: for one
    colleague, too: not what depends on more people than one, such as who had an escalation when it was too late.
    """

    key: str
    title: Words
    counted: Words
    unit: Unit
    count: Callable[[Period, Place], Count]
    narrows: bool = True
    of_agents: bool = False


def rate(key: str) -> Rate | None:
    """By its key; None for one that is not known any more."""
    kind, _colon, rest = key.partition(":")
    if kind == "check" and rest in tuple(Check):
        return _check(Check(rest))
    if kind == "findings" and (not rest or rest in TYPES):
        return _findings(rest)
    if kind == "answers":
        return _answer(rest)
    if kind == "evidence" and (found := kinds().get(rest)) and _is_measurable(found):
        return _evidence(found)
    return {one.key: one for one in _PLAIN}.get(key)


def catalogue() -> list[tuple[str, list[Rate]]]:
    """All that can be chosen now, under a caption each."""
    of_cards = [one for card in _cards() for one in _of_card(*card)]
    evidence = [_evidence(kind) for kind in kinds().values() if _is_measurable(kind)]
    groups = [
        (say("Review checks"), [_check(check) for check in Check]),
        (say("Findings"), [_findings(""), *(_findings(one) for one in TYPES)]),
        (say("Escalations, opt-outs, reviews"), [*_PLAIN]),
        (say("Answers of reviews"), of_cards),
        (say("Figures of the measures"), evidence),
    ]
    return [(caption, rates) for caption, rates in groups if rates]


def key_of_evidence(kind: Evidence | None) -> str:
    """The rate that a figure under its target would be measured by; "" for none."""
    if isinstance(kind, OfChecks):
        return f"check:{kind.check}"
    return f"evidence:{kind.key}" if kind is not None and _is_measurable(kind) else ""


def _check(check: Check) -> Rate:
    def count(period: Period, place: Place) -> Count:
        rows = _placed(CheckedConversation.objects.filter(number__gt=0), place, "line", "agent")
        rows = rows.filter(resolved_at__gte=period.begin, resolved_at__lt=period.end)
        return _shares(rows, Q(**{check: Result.FAILS}), Q(**{f"{check}__in": [Result.HOLDS, Result.FAILS]}))

    title = _("Conversations failing “%(check)s”") % {"check": TITLES[check]}
    counted = _("Of the conversations resolved in these days of which the check was told: those that fail.")
    return Rate(f"check:{check}", title, counted, Unit.SHARE, count, of_agents=True)


def _findings(kind: str) -> Rate:
    def count(period: Period, place: Place) -> Count:
        rows = Finding.objects.filter(found_at__gte=period.begin, found_at__lt=period.end)
        rows = rows.exclude(confidence=Finding.Confidence.LOW).exclude(verdict=Finding.Verdict.WRONG)
        if kind:
            rows = rows.filter(type=kind)
        if (lines := place.lines) is not None:
            rows = rows.filter(conversation_id__in=Conversation.objects.filter(line__in=lines).order_by().values("pk"))
        texts = _texts(period, place)
        if place.agent_id:
            texts = texts.filter(author_id=place.agent_id)
            rows = rows.filter(message_id__in=texts.order_by().values("pk"))
        return Count(rows.count(), texts.count())

    of = name_of(kind) if kind else say("all kinds")
    title = _("Findings per 1,000 texts: %(kind)s") % {"kind": of}
    counted = _(
        "Likely and sure findings of these days, without those judged wrong, for each 1,000 texts in and out. Of one"
        " colleague: those in the texts that they wrote."
    )
    return Rate(f"findings:{kind}" if kind else "findings", title, counted, Unit.THOUSAND, count, of_agents=True)


def _late(period: Period, place: Place) -> Count:
    rows = Escalation.objects.filter(opened_at__gte=period.begin, opened_at__lt=period.end)
    if (lines := place.lines) is not None:
        rows = rows.filter(line_id__in=lines)
    return _shares(rows, Q(breached_at__isnull=False), Q())


def _waived(period: Period, place: Place) -> Count:
    rows = Escalation.objects.filter(opened_at__gte=period.begin, opened_at__lt=period.end, state="closed")
    return _shares(_placed(rows, place, "line_id", "closed_by"), Q(outcome_channel=""), Q())


def _opt_outs(period: Period, place: Place) -> Count:
    gone = ConsentEvent.objects.filter(
        action=ConsentEvent.Action.WITHDRAWN, recorded_at__gte=period.begin, recorded_at__lt=period.end
    )
    if place.team_id:
        gone = gone.filter(Q(line__team_id=place.team_id) | Q(line=None, team_id=place.team_id))
    elif place.line_id:
        gone = gone.filter(line_id=place.line_id)
    ours = _texts(period, place).filter(direction=Message.Direction.OUT, sent_at__isnull=False)
    if place.agent_id:
        gone, ours = _after_texts_of(place.agent_id, gone), ours.filter(author_id=place.agent_id)
    return Count(gone.count(), ours.count())


def _after_texts_of(agent_id: UUID, gone: QuerySet[ConsentEvent]) -> QuerySet[ConsentEvent]:
    """Those whose customer's last text from us in the days before was written by this colleague, as in the report."""
    said = Coalesce(OuterRef("happened_at"), OuterRef("recorded_at"))
    before = Message.objects.filter(
        contact__number_index=OuterRef("number_index"), direction=Message.Direction.OUT, sent_at__lte=said
    ).exclude(purpose__in=OWED)
    last = before.filter(sent_at__gt=said - ENDS_WITHIN).order_by("-sent_at")
    return gone.annotate(wrote_last=Subquery(last.values("author_id")[:1])).filter(wrote_last=agent_id)


def _reviews(period: Period, place: Place) -> QuerySet[Review]:
    rows = Review.objects.filter(state=Review.State.DONE, place=1)
    rows = rows.filter(drawn__resolved_at__gte=period.begin, drawn__resolved_at__lt=period.end)
    return _placed(rows, place, "drawn__line", "agent")


def _failing(period: Period, place: Place) -> Count:
    return _shares(_reviews(period, place), Q(fails=True), Q(score__isnull=False))


def _answer(rest: str) -> Rate | None:
    card_id = rest.partition(":")[0]
    found = next((card for card in _cards(card_id) if str(card[0]) == card_id), None)
    return next((one for one in _of_card(*found) if one.key == f"answers:{rest}"), None) if found else None


def _cards(card_id: str = "") -> list[tuple[UUID, str, list[Any]]]:
    """(id, name, stored questions of the newest version) of the scorecards, also of retired ones when one is named."""
    rows = Scorecard.objects.order_by("name")
    try:
        rows = rows.filter(pk=UUID(card_id)) if card_id else rows.filter(retired_at=None)
    except ValueError:
        return []
    found = []
    for card in rows:
        newest = card.versions.order_by("-number").first()
        if newest:
            found.append((card.pk, card.title, newest.questions))
    return found


def _of_card(card_id: UUID, name: str, questions: list[Any]) -> list[Rate]:
    return [_answered(card_id, name, one.key, one.text) for one in read(questions) if one.kind == Kind.YES_NO]


def _answered(card_id: UUID, name: str, key: str, text: str) -> Rate:
    def count(period: Period, place: Place) -> Count:
        reviews = {one.pk: one.revision for one in _reviews(period, place).filter(card__scorecard_id=card_id)}
        rows = ReviewAnswer.objects.filter(review__in=list(reviews), question=key, value__in=[YES, NO])
        values = [
            value for pk, turn, value in rows.values_list("review_id", "revision", "value") if reviews[pk] == turn
        ]
        return Count(values.count(NO), len(values))

    title = say("“%(question)s” answered with no (%(card)s)") % {"question": text, "card": name}
    counted = _("Of the reviews of conversations resolved in these days that answered it with yes or no: the noes.")
    return Rate(f"answers:{card_id}:{key}", title, counted, Unit.SHARE, count, of_agents=True)


def _is_measurable(kind: Evidence) -> bool:
    return kind.over_period and kind.target is not None and not isinstance(kind, OfChecks)


def _evidence(kind: Evidence) -> Rate:
    def count(period: Period, place: Place) -> Count:
        figure = kind.figure(period)
        return Count(figure.missed, figure.whole)

    title = _("Not so: %(title)s") % {"title": kind.title}
    return Rate(f"evidence:{kind.key}", title, kind.counted, Unit.SHARE, count, narrows=False)


_PLAIN = (
    Rate(
        "escalations_late",
        _("Escalations that were too late"),
        _("Of the escalations opened in these days: those nobody reached in time."),
        Unit.SHARE,
        _late,
    ),
    Rate(
        "escalations_waived",
        _("Escalations closed without another channel"),
        _(
            "Of the escalations opened in these days and closed: those without an outcome on another channel. Of one"
            " colleague: those that they closed."
        ),
        Unit.SHARE,
        _waived,
        of_agents=True,
    ),
    Rate(
        "opt_outs",
        _("Opt-outs per 1,000 texts"),
        _(
            "Permissions withdrawn in these days, for each 1,000 texts of ours that left. Of one colleague: those"
            " within seven days after a text of theirs that was the last one, for each 1,000 texts that they wrote."
        ),
        Unit.THOUSAND,
        _opt_outs,
        of_agents=True,
    ),
    Rate(
        "reviews_failing",
        _("Reviews with a critical no"),
        _("Of the scored reviews of conversations resolved in these days: those that fail."),
        Unit.SHARE,
        _failing,
        of_agents=True,
    ),
)


def _texts(period: Period, place: Place) -> QuerySet[Message]:
    rows = Message.objects.filter(created_at__gte=period.begin, created_at__lt=period.end)
    return rows.filter(line__in=place.readable_lines)


def _placed(rows: "QuerySet[_Row]", place: Place, line: str, agent: str) -> "QuerySet[_Row]":
    """`line` and `agent`: the columns of both."""
    lines, rows = place.lines, rows.filter(**{agent: place.agent_id}) if place.agent_id else rows
    return rows if lines is None else rows.filter(**{f"{line}__in": lines})


def _shares(rows: QuerySet[Any], events: Q, base: Q) -> Count:
    found = rows.order_by().aggregate(events=CountRows("pk", filter=events & base), base=CountRows("pk", filter=base))
    return Count(found["events"], found["base"])
