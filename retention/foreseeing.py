"""What a purge would end on which night: the same lanes and keepers that the purge asks, counted by night.

A row ends in the first night in which it is older than the cut-off of its lane. Cut-offs only rise, so one statement a
lane counts all nights at once: it takes what is older than the last cut-off and sorts each row between the cut-offs of
the nights, in an index by time (decision 292). A second one counts those of them that something keeps, which are few,
and they are taken off (decision 373). Both are in `retention.counting`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.db.models.lookups import In

from retention.choices import Choices
from retention.counting import due_by_night, kept_by_night
from retention.due import Apart, Lane, lanes
from retention.keeping import doomed_before
from retention.kinds import Kind
from retention.nights import nights
from retention.subjects import SUBJECTS
from tenancy.encryption import keyring
from tenancy.isolation import AppendOnly, current_organization_id


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
    known: "Known | None" = None,
) -> Foresight:
    """The next 90 nights, or those before and the first not before `until`. `with_stays`: also what is kept and why.

    `known`: what was counted at the same `at`, so that what-if counts only what its choice changes.
    """
    ahead = nights(current_organization_id(), zone, at)
    number = len(ahead) if until is None else 1 + sum(night < until for night in ahead)
    if known is None:  # nobody asks for the later nights
        ahead, known = ahead[:number], {}
    forecasts = [one for kind in kinds if SUBJECTS[kind] for one in _of_kind(choices, kind, ahead, known)]
    if number < len(ahead):
        ahead = ahead[:number]
        forecasts = [_first_nights(one, number) for one in forecasts]
    if not with_stays:
        forecasts = [replace(one, stays=()) for one in forecasts]
    return Foresight(tuple(ahead), tuple(forecasts))


Known = dict[tuple[Any, ...], "_Counted"]
"""What was counted, by the rows (subject and condition) and the cut-offs of all nights."""


@dataclass(frozen=True)
class _Counted:
    counts: tuple[int, ...]
    oldest: datetime | None
    stays: tuple[Stays, ...]


def _first_nights(one: Forecast, number: int) -> Forecast:
    """Of these nights only. The oldest row that ends goes in the first night in which any does."""
    counts = one.counts[:number]
    return replace(one, counts=counts, oldest=one.oldest if any(counts) else None)


def _of_kind(choices: Choices, kind: Kind, ahead: Sequence[datetime], known: Known) -> list[Forecast]:
    states = {id(choices.holding(night)): night for night in ahead}  # between two changes all lanes are the same
    apart: set[UUID] = {team for night in states.values() for team in choices.teams(kind, night)}
    tags: set[UUID] = {tag for night in states.values() for tag in choices.tags(kind, night)}
    places = Apart(apart, tags, ahead[-1])
    of_state = {state: lanes(kind, night, choices, places) for state, night in states.items()}
    by_night = [of_state[id(choices.holding(night))] for night in ahead]
    return [_forecast(kind, of_nights, ahead, known) for of_nights in zip(*by_night, strict=True)]


def _forecast(kind: Kind, of_nights: Sequence[Lane], ahead: Sequence[datetime], known: Known) -> Forecast:
    lane = of_nights[-1]
    cutoffs = _rising([one.cutoff(night) for one, night in zip(of_nights, ahead, strict=True)])
    named = (lane.subject, lane.of, *cutoffs)
    if named not in known:
        known[named] = _count(lane, cutoffs, len(ahead)) if cutoffs else _Counted((0,) * len(ahead), None, ())
    found = known[named]
    return Forecast(lane, kind, found.counts, found.oldest, found.stays)


def _count(lane: Lane, cutoffs: list[datetime], nights_ahead: int) -> _Counted:
    lane = _open(lane, cutoffs[-1])
    found = due_by_night(lane, cutoffs)
    kept_in, stays = kept_by_night(lane, cutoffs) if any(found) else ({}, [])
    counts = [number - kept_in.get(night, 0) for night, number in enumerate(found)]
    skipped = (0,) * (nights_ahead - len(cutoffs))
    oldest = _oldest(lane, cutoffs[-1], is_any_kept=bool(kept_in)) if any(counts) else None
    return _Counted((*skipped, *counts), oldest, tuple(Stays(*one) for one in stays))


def _open(lane: Lane, cutoff: datetime) -> Lane:
    """Only rows that something is left to end of, where rows do not say so: details of the log, whose entries are not
    written to when the key of their day goes.
    """
    constraints = apps.get_model(lane.subject.model)._meta.constraints
    if lane.subject.day_key is None or not any(isinstance(one, AppendOnly) for one in constraints):
        return lane
    days = (date.fromisoformat(one) for one in keyring.scopes_of(current_organization_id(), lane.subject.day_key))
    there = [day for day in days if day < cutoff.astimezone(UTC).date()]
    return replace(lane, of=lane.of & Q(In(TruncDate(lane.subject.since, tzinfo=UTC), there or [date.min])))


def _oldest(lane: Lane, cutoff: datetime, *, is_any_kept: bool) -> datetime | None:
    """When the oldest row is of that ends: found at one end of the index, behind those that something keeps."""
    rows = doomed_before(lane, cutoff) if is_any_kept else lane.before(cutoff)
    found: datetime | None = rows.order_by(lane.subject.since).values_list(F(lane.subject.since), flat=True).first()
    return found


def _rising(cutoffs: Sequence[datetime | None]) -> list[datetime]:
    """From the first night that has one; a later cut-off that is earlier ends nothing more."""
    rising: list[datetime] = []
    for one in cutoffs:
        if one is not None or rising:
            rising.append(max(filter(None, (one, *rising[-1:]))))
    return rising
