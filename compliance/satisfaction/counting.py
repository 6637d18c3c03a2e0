"""Scores of a period: by team, by member, over time. A question counts on the day it was asked.

A reader sees the scores of the lines whose conversations they read, and of the others their own (decision 389).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Team
from compliance.models import SatisfactionAsk
from compliance.reports.periods import Period
from compliance.work.whose import Whose, called

MOST_LINES = 6  # of a plot
Row = tuple[UUID, UUID | None, date, int | None]


@dataclass(frozen=True)
class Score:
    """A team or a member: who was asked, who answered, how often each score from 1 to 5 was given."""

    name: str
    asked: int
    given: tuple[int, int, int, int, int]

    @property
    def answered(self) -> int:
        """Who gave a score."""
        return sum(self.given)

    @property
    def mean(self) -> float | None:
        """From 1 to 5, one decimal; None without a score."""
        total = sum((at + 1) * number for at, number in enumerate(self.given))
        return round(total / self.answered, 1) if self.answered else None


@dataclass(frozen=True)
class Report:
    """`over_time`: for a plot, of each team the mean of each step, None where nobody answered."""

    whole: Score
    teams: tuple[Score, ...]
    members: tuple[Score, ...]
    steps: tuple[date, ...]
    over_time: tuple[tuple[str, list[float | None]], ...]


def asked_in(period: Period, whose: Whose) -> QuerySet[SatisfactionAsk]:
    """The questions that count, without any order."""
    seen = Q(line__in=whose.whole) | Q(line__in=whose.own, member=whose.me)
    rows = SatisfactionAsk.objects.filter(seen, state=SatisfactionAsk.State.ASKED)
    return rows.filter(asked_at__gte=period.begin, asked_at__lt=period.end).order_by()


def count(period: Period, whose: Whose) -> Report:
    """Of the active organization; three statements."""
    zone = ZoneInfo(period.zone)
    found = asked_in(period, whose).values_list("team_id", "member_id", "asked_at", "score")
    rows: list[Row] = [
        (team, member, at.astimezone(zone).date(), score) for team, member, at, score in found if at is not None
    ]
    teams = dict(Team.objects.values_list("pk", "name"))
    people = called({row[1] for row in rows if row[1]})
    buckets = period.buckets()
    by_team = _split(rows, lambda row: teams.get(row[0], _("A team that is gone")))
    by_member = _split(rows, lambda row: people.get(row[1], _("Nobody")) if row[1] else _("Nobody"))
    most = sorted(by_team.items(), key=lambda pair: -len(pair[1]))[:MOST_LINES]
    return Report(
        whole=_score(_("All"), rows),
        teams=tuple(_score(name, some) for name, some in sorted(by_team.items())),
        members=tuple(_score(name, some) for name, some in sorted(by_member.items())),
        steps=tuple(buckets),
        over_time=tuple((name, _means(period, some, buckets)) for name, some in sorted(most)),
    )


def _split(rows: Iterable[Row], name_of: Callable[[Row], str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(name_of(row), []).append(row)
    return found


def _score(name: str, rows: list[Row]) -> Score:
    one, two, three, four, five = (sum(row[3] == score for row in rows) for score in range(1, 6))
    return Score(name, len(rows), (one, two, three, four, five))


def _means(period: Period, rows: list[Row], buckets: list[date]) -> list[float | None]:
    sums: dict[date, int] = {}
    numbers: dict[date, int] = {}
    for _team, _member, day, score in rows:
        if score is not None:
            sums[day] = sums.get(day, 0) + score
            numbers[day] = numbers.get(day, 0) + 1
    pairs = zip(period.fold(sums, buckets), period.fold(numbers, buckets), strict=True)
    return [round(total / number, 1) if number else None for total, number in pairs]
