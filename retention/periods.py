"""How long a kind of data is kept, and why, on plain values. No Django but its words.

Law beats preference: a period is what somebody chose, held between the latest minimum and the earliest maximum of all
limits that apply. Where these disagree the minimum wins, nothing is destroyed before it, and the conflict is told so
that a person decides. A part never outlives its whole: files not their words, words not their conversation.

Periods are in days; None is never. Consent and suppression are no kind here: nothing in this module ends them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from retention.kinds import BOUNDS, Kind
from retention.spans import Words

WHOLE: dict[Kind, Kind] = {Kind.ATTACHMENTS: Kind.BODIES, Kind.BODIES: Kind.CONVERSATIONS}
"""A kind, and what it is a part of."""
_PARTS_FIRST = (Kind.ATTACHMENTS, Kind.BODIES)


@dataclass(frozen=True)
class Limit:
    """A minimum or a maximum of one kind. `owner`: the profile's title, "" for the product's own bounds.

    `starts_at`: from when a maximum counts, so that nothing ends in the night after somebody took on a profile.
    `ends_at`: until when a minimum keeps that nobody asks for any more, so that nothing ends in the night after
    somebody left one. It keeps, and is in nobody's way: shorter periods may be chosen, and no rule disagrees with it.
    """

    kind: Kind
    shortest: int | None = None
    longest: int | None = None
    owner: Words = ""
    source: Words = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Wanted:
    """What somebody chose. `scope`: whose choice it is."""

    days: int | None
    scope: "Scope"


class Scope(StrEnum):
    """Where a chosen period comes from; later ones go before earlier ones."""

    DEFAULT = "default"
    ORGANIZATION = "organization"
    TEAM = "team"
    TAG = "tag"


class Because(StrEnum):
    """What decided a period."""

    CHOSEN = "chosen"  # the choice itself, see `Period.wanted`
    SHORTEST = "shortest"  # a minimum is longer than the choice
    LONGEST = "longest"  # a maximum is shorter
    WHOLE = "whole"  # what it is a part of ends earlier
    CONFLICT = "conflict"  # a minimum is longer than a maximum
    LEFT = "left"  # a minimum that was given up is longer, and keeps for some days more


@dataclass(frozen=True)
class Period:
    """What holds for one kind. `days` None: never. `least` and `most`: the limits between which one may choose.

    `left`: the minimum that was given up and decided.
    """

    kind: Kind
    days: int | None
    wanted: Wanted
    because: Because
    least: Limit
    most: Limit | None
    left: Limit | None = None

    @property
    def shortest(self) -> int:
        """The least that may be chosen."""
        return self.least.shortest or 0

    @property
    def longest(self) -> int | None:
        """The most that may be chosen; None: any period, and never."""
        return self.most.longest if self.most else None

    @property
    def is_conflict(self) -> bool:
        """Whether a person has to decide which rule goes first."""
        return self.longest is not None and self.shortest > self.longest


def bounds() -> list[Limit]:
    """The product's own limits of every kind."""
    return [
        Limit(kind, shortest=bound.shortest, longest=bound.longest, source=bound.source)
        for kind, bound in BOUNDS.items()
    ]


def resolve(
    wanted: Mapping[Kind, Wanted], limits: Iterable[Limit] = (), at: datetime | None = None
) -> dict[Kind, Period]:
    """The period of every kind at one place. What is not wanted has its default; `bounds` always apply.

    `at`: limits that start later do not count yet, and those that have ended no more; None: all count.
    """
    counting = [one for one in (*bounds(), *limits) if at is None or _counts(one, at)]
    lasting = [one for one in counting if one.ends_at is None]
    least = _wholes_too({kind: _least(kind, lasting) for kind in Kind})
    left = _wholes_too({one.kind: one for one in sorted(counting, key=_shortest) if one.ends_at is not None})
    most = {kind: _most(kind, counting) for kind in Kind}
    found: dict[Kind, Period] = {}
    for kind in sorted(Kind, key=_depth):
        choice = wanted.get(kind) or Wanted(BOUNDS[kind].default, Scope.DEFAULT)
        one = _kept(
            _between(Period(kind, choice.days, choice, Because.CHOSEN, least[kind], most[kind])), left.get(kind)
        )
        whole = found.get(WHOLE[kind]) if kind in WHOLE else None
        if whole and longer(one.days, whole.days) and not one.is_conflict:
            one = replace(one, days=whole.days, because=Because.WHOLE)
        found[kind] = one
    return found


def longer(one: int | None, other: int | None) -> bool:
    """Whether a period is longer than another."""
    return other is not None and (one is None or one > other)


def _between(one: Period) -> Period:
    if one.is_conflict:
        return replace(one, days=one.shortest, because=Because.CONFLICT)
    if longer(one.shortest, one.days):
        return replace(one, days=one.shortest, because=Because.SHORTEST)
    if longer(one.days, one.longest):
        return replace(one, days=one.longest, because=Because.LONGEST)
    return one


def _kept(one: Period, left: Limit | None) -> Period:
    """By a minimum that was given up."""
    if left is None or not longer(left.shortest, one.days):
        return one
    return replace(one, days=left.shortest, because=Because.LEFT, left=left)


def _counts(limit: Limit, at: datetime) -> bool:
    begun = limit.starts_at is None or limit.starts_at <= at
    return begun and (limit.ends_at is None or at < limit.ends_at)


def _shortest(limit: Limit) -> int:
    return limit.shortest or 0


def _wholes_too(least: dict[Kind, Limit]) -> dict[Kind, Limit]:
    """The whole is kept as long as any part has to be."""
    for part in _PARTS_FIRST:
        whole = least.get(WHOLE[part])
        if part in least and (whole is None or _shortest(least[part]) > _shortest(whole)):
            least[WHOLE[part]] = replace(least[part], kind=WHOLE[part])
    return least


def _least(kind: Kind, limits: Iterable[Limit]) -> Limit:
    mine = [one for one in limits if one.kind == kind and one.shortest is not None]
    return max(mine, key=_shortest)


def _most(kind: Kind, limits: Iterable[Limit]) -> Limit | None:
    mine = [one for one in limits if one.kind == kind and one.longest is not None]
    return min(mine, key=lambda one: one.longest or 0, default=None)


def _depth(kind: Kind) -> int:
    return 1 + _depth(WHOLE[kind]) if kind in WHOLE else 0


class Fate(StrEnum):
    """What becomes of one row."""

    HELD = "held"
    KEPT = "kept"
    ENDS = "ends"


def fate(period: Period, *, since: datetime, at: datetime, is_held: bool = False, is_erasure: bool = False) -> Fate:
    """Whether a row ends at `at`. A hold goes before everything, a minimum before a request to erase."""
    if is_held:
        return Fate.HELD
    if at - since <= timedelta(days=period.shortest if is_erasure else 0):
        return Fate.KEPT
    if is_erasure:
        return Fate.ENDS
    over = period.days is not None and since < at - timedelta(days=period.days)
    return Fate.ENDS if over else Fate.KEPT
