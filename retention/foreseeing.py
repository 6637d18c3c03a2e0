"""What a purge would end on which night: the same lanes and keepers that the purge asks, counted by night.

A row ends in the first night in which it is older than the cut-off of its lane. Cut-offs only rise, so one statement a
lane counts all nights at once: it takes what is older than the last cut-off and sorts each row between the cut-offs of
the nights. It reads an index by time, however long the history is (decision 292).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Func, IntegerField, Min, Value

from retention.choices import Choices
from retention.due import Lane, lanes
from retention.keeping import doomed_before, kept
from retention.kinds import Kind
from retention.nights import nights
from retention.subjects import SUBJECTS
from tenancy.isolation import current_organization_id


@dataclass(frozen=True)
class Stays:
    """Rows that are due within the nights and stay all the same. `keeper`: the reason's dotted name."""

    keeper: str
    count: int
    oldest: datetime


@dataclass(frozen=True)
class Forecast:
    """What becomes of one lane. `counts`: how many rows end in each night. `oldest`: of those that end."""

    lane: Lane
    kind: Kind
    counts: tuple[int, ...]
    oldest: datetime | None
    stays: tuple[Stays, ...]

    @property
    def total(self) -> int:
        """In all nights together."""
        return sum(self.counts)


@dataclass(frozen=True)
class Foresight:
    """All lanes of some kinds over some nights."""

    nights: tuple[datetime, ...]
    forecasts: tuple[Forecast, ...]

    def by_night(self, kinds: Collection[Kind] = tuple(Kind)) -> list[int]:
        """How many rows end in each night."""
        mine = [one.counts for one in self.forecasts if one.kind in kinds]
        return [sum(counts[at] for counts in mine) for at in range(len(self.nights))]

    def of(self, kind: Kind) -> list[Forecast]:
        """The lanes of one kind."""
        return [one for one in self.forecasts if one.kind == kind]


def foresee(
    choices: Choices,
    *,
    zone: str,
    at: datetime,
    kinds: Iterable[Kind] = tuple(Kind),
    until: datetime | None = None,
    with_stays: bool = True,
) -> Foresight:
    """The next 90 nights, or those before and the first not before `until`. `with_stays`: also what is kept and why, at
    a statement for each reason.
    """
    ahead = nights(current_organization_id(), zone, at)
    if until is not None:
        ahead = ahead[: 1 + sum(night < until for night in ahead)]
    forecasts = [one for kind in kinds if SUBJECTS[kind] for one in _of_kind(choices, kind, ahead, with_stays)]
    return Foresight(tuple(ahead), tuple(forecasts))


def _of_kind(choices: Choices, kind: Kind, ahead: Sequence[datetime], with_stays: bool) -> list[Forecast]:
    states = {id(choices.holding(night)): night for night in ahead}.values()
    apart: set[UUID] = {team for night in states for team in choices.teams(kind, night)}
    by_night = [lanes(kind, night, choices, apart) for night in ahead]
    return [_forecast(kind, of_nights, ahead, with_stays) for of_nights in zip(*by_night, strict=True)]


def _forecast(kind: Kind, of_nights: Sequence[Lane], ahead: Sequence[datetime], with_stays: bool) -> Forecast:
    lane = of_nights[-1]
    cutoffs = _rising([one.cutoff(night) for one, night in zip(of_nights, ahead, strict=True)])
    if not cutoffs:
        return Forecast(lane, kind, (0,) * len(ahead), None, ())
    since, skipped = lane.subject.since, len(ahead) - len(cutoffs)
    found = (
        doomed_before(lane, cutoffs[-1])
        .order_by()
        .values(night=_Between(F(since), Value(cutoffs)))
        .annotate(count=Count("*"), oldest=Min(since))
    )
    counts, oldest = [0] * len(ahead), None
    for row in found:
        counts[skipped + row["night"]] = row["count"]
        oldest = min(filter(None, (oldest, row["oldest"])))
    return Forecast(lane, kind, tuple(counts), oldest, tuple(_stays(lane, cutoffs[-1])) if with_stays else ())


def _rising(cutoffs: Sequence[datetime | None]) -> list[datetime]:
    """From the first night that has one; a later cut-off that is earlier ends nothing more."""
    rising: list[datetime] = []
    for one in cutoffs:
        if one is not None or rising:
            rising.append(max(filter(None, (one, *rising[-1:]))))
    return rising


def _stays(lane: Lane, cutoff: datetime) -> Iterable[Stays]:
    for reason in kept(lane.subject):
        rows = lane.before(cutoff).filter(reason.condition).order_by().annotate(counts_from=F(lane.subject.since))
        found: dict[str, Any] = rows.aggregate(count=Count("pk", distinct=True), oldest=Min("counts_from"))
        if found["count"]:
            yield Stays(reason.keeper, found["count"], found["oldest"])


class _Between(Func):
    """How many of the cut-offs are not later than the value: 0 for what is older than the first (PostgreSQL)."""

    function = "width_bucket"
    template = "%(function)s(%(expressions)s::timestamptz[])"
    output_field = IntegerField()
