"""What can be asked of a contact: one condition, several of them, and whether a stored value fits one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from texting.fields.kinds import Kind
from texting.searching.words import fold

MOST_CONDITIONS = 10
TAG = "tag"
"""What a condition is about that is about tags; all others are about a field, by its id."""
LONGEST_SPAN = 3_650  # days


class Ask(StrEnum):
    """How a value is compared. What is not written down is not IS, BEFORE and so on of anything, and is IS_NOT."""

    HAS = "has"
    HAS_NOT = "has_not"
    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    MORE = "more"
    LESS = "less"
    BEFORE = "before"
    AFTER = "after"
    NEXT_DAYS = "next_days"
    LAST_DAYS = "last_days"
    EMPTY = "empty"
    WRITTEN = "written"


_EITHER_WAY = (Ask.WRITTEN, Ask.EMPTY)
ASKED_OF: Mapping[str, tuple[Ask, ...]] = {
    TAG: (Ask.HAS, Ask.HAS_NOT),
    Kind.TEXT: (Ask.IS, Ask.IS_NOT, Ask.CONTAINS, *_EITHER_WAY),
    Kind.NUMBER: (Ask.IS, Ask.IS_NOT, Ask.MORE, Ask.LESS, *_EITHER_WAY),
    Kind.DATE: (Ask.IS, Ask.IS_NOT, Ask.BEFORE, Ask.AFTER, Ask.NEXT_DAYS, Ask.LAST_DAYS, *_EITHER_WAY),
    Kind.DATE_TIME: (Ask.IS, Ask.IS_NOT, Ask.BEFORE, Ask.AFTER, Ask.NEXT_DAYS, Ask.LAST_DAYS, *_EITHER_WAY),
    Kind.YES_NO: (Ask.IS, Ask.IS_NOT, *_EITHER_WAY),
    Kind.CHOICE: (Ask.IS, Ask.IS_NOT, *_EITHER_WAY),
}
"""What can be asked of which kind, in the order in which a page offers it."""
WITHOUT_VALUE = frozenset({Ask.EMPTY, Ask.WRITTEN})
IN_DAYS = frozenset({Ask.NEXT_DAYS, Ask.LAST_DAYS})
FITS_NOTHING_WRITTEN = frozenset({Ask.EMPTY, Ask.IS_NOT})


@dataclass(frozen=True)
class Condition:
    """`about` is `TAG` or a field's id; `value` as it is stored (`kinds.stored`), a tag's id, or a number of days.

    `is_or`: it or the one before it is enough. Of a filter's first condition that says nothing.
    """

    about: str
    ask: Ask
    value: str = ""
    is_or: bool = False

    @cached_property
    def field_id(self) -> UUID | None:
        """The field that it is about; None for tags."""
        return None if self.about == TAG else UUID(self.about)

    def as_json(self) -> dict[str, Any]:
        """As it is kept. Without `or` in it: as it was kept before there was one."""
        kept: dict[str, Any] = {"about": self.about, "ask": self.ask.value, "value": self.value}
        return kept | {"or": True} if self.is_or else kept


@dataclass(frozen=True)
class Filter:
    """Of each of its groups one condition must hold. Without conditions: everybody."""

    conditions: tuple[Condition, ...] = ()

    @property
    def groups(self) -> tuple[tuple[Condition, ...], ...]:
        """The conditions, those together of which one is enough."""
        found: list[list[Condition]] = []
        for one in self.conditions:
            if one.is_or and found:
                found[-1].append(one)
            else:
                found.append([one])
        return tuple(map(tuple, found))

    @property
    def field_ids(self) -> frozenset[UUID]:
        """The fields that it asks for."""
        return frozenset(pk for one in self.conditions if (pk := one.field_id) is not None)

    @property
    def opens(self) -> frozenset[UUID]:
        """The fields of which it compares values, rather than whether there is one."""
        return frozenset(
            pk for one in self.conditions if one.ask not in WITHOUT_VALUE and (pk := one.field_id) is not None
        )

    @property
    def tag_ids(self) -> frozenset[UUID]:
        """The tags that it asks for."""
        return frozenset(UUID(one.value) for one in self.conditions if one.about == TAG)

    def with_tag(self, tag: UUID, into: UUID) -> "Filter":
        """The same of another tag, wherever it asks for this one."""
        return Filter(tuple(
            replace(one, value=str(into)) if one.about == TAG and UUID(one.value) == tag else one
            for one in self.conditions
        ))  # fmt: skip

    def as_json(self) -> list[dict[str, Any]]:
        """As it is kept."""
        return [one.as_json() for one in self.conditions]


def read(kept: Iterable[Mapping[str, Any]]) -> Filter:
    """What `as_json` made. Raises ValueError for anything else."""
    found: list[Condition] = []
    for one in kept:
        try:
            is_or = bool(found) and one.get("or") is True
            condition = Condition(str(one["about"]), Ask(one["ask"]), str(one.get("value", "")), is_or)
            UUID(condition.value if condition.about == TAG else condition.about)
        except (KeyError, TypeError, AttributeError):
            raise ValueError("no condition") from None
        found.append(condition)
    if len(found) > MOST_CONDITIONS:
        raise ValueError("too many conditions")
    return Filter(tuple(found))


def fits(ask: Ask, kind: str, asked: str, stored: str, today: date) -> bool:
    """Whether a stored value ("" for none) is what a condition asks for. `today` is the organization's day."""
    if ask is Ask.EMPTY or not stored:
        return not stored and ask in FITS_NOTHING_WRITTEN
    stored = stored[: len("2027-03-31")] if kind == Kind.DATE_TIME else stored  # asked for by its day
    match ask:
        case Ask.WRITTEN:
            fitting = True
        case Ask.IS | Ask.IS_NOT:
            fitting = _same(kind, asked, stored) is (ask is Ask.IS)
        case Ask.CONTAINS:
            fitting = fold(asked) in fold(stored)
        case Ask.MORE | Ask.LESS:
            number, than = Decimal(stored), Decimal(asked)
            fitting = number > than if ask is Ask.MORE else number < than
        case Ask.BEFORE | Ask.AFTER:
            fitting = stored < asked if ask is Ask.BEFORE else stored > asked  # ISO 8601 sorts as days do
        case _:
            days = (date.fromisoformat(stored) - today).days
            fitting = 0 <= (days if ask is Ask.NEXT_DAYS else -days) <= int(asked)
    return fitting


def _same(kind: str, asked: str, stored: str) -> bool:
    if kind == Kind.NUMBER:
        return Decimal(asked) == Decimal(stored)
    return fold(asked) == fold(stored) if kind in {Kind.TEXT, Kind.CHOICE} else asked == stored
