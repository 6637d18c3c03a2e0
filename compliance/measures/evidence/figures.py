"""A figure over a period: how many there were, and of how many of them what was wanted is true."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import (
    Aggregate,
    BooleanField,
    Case,
    Count,
    DurationField,
    Expression,
    Model,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.reports.periods import Period

MOST = 20_000
"""Rows that one figure looks at: the newest of the period. It bounds the time, and the page says when it was "
"reached."""
MOST_SHOWN = 100


@dataclass(frozen=True)
class Figure:
    """`part` of `whole` is as wanted; `target` per cent are asked for, None where no share is. `note`: more, in "
    "words."""

    part: int
    whole: int
    target: float | None
    note: str = ""
    is_capped: bool = False  # there are more than were looked at

    @property
    def share(self) -> float | None:
        """Per cent with one decimal, rounded down: 1999 of 2000 is never 100. None of nothing."""
        return math.floor(1000 * self.part / self.whole) / 10 if self.whole else None

    @property
    def is_met(self) -> bool | None:
        """Whether it reaches its target; None when there is nothing to count, or no target."""
        return self.part * 100 >= self.target * self.whole if self.whole and self.target is not None else None

    @property
    def missed(self) -> int:
        return self.whole - self.part


@dataclass(frozen=True)
class Row:
    """One counted row in words; `url` leads to the page of it, where its own permission is asked for."""

    is_good: bool
    cells: Sequence[str]
    url: str = ""


class Evidence(ABC):
    """One kind of evidence. The organization is active when it is asked."""

    key: ClassVar[str]
    title: ClassVar[str | Promise]
    counted: ClassVar[str | Promise]  # what the numerator and the denominator are
    target: ClassVar[float | None] = 100
    over_period: ClassVar[bool] = True  # else as it is now, whatever the period
    act: ClassVar[str | Promise] = ""  # what to do about a figure under its target
    route: ClassVar[str] = ""  # the page where it is done
    columns: ClassVar[Sequence[str | Promise]]
    begins_with_id: ClassVar[bool] = True  # else the first column is somebody's name

    @abstractmethod
    def figure(self, period: Period) -> Figure:
        """Counted now."""

    @abstractmethod
    def rows(self, period: Period, member: Membership, *, missed: bool) -> Iterator[Row]:
        """The rows that were counted, newest first; only those that are not as wanted with `missed`."""


class Counted(Evidence):
    """Evidence whose rows are those of one query. `whole` is newest first, over an index; `good` is asked of each "
    "row."""

    median: ClassVar[str] = ""  # an annotation of `whole` with a duration, whose median is told

    @abstractmethod
    def whole(self, period: Period) -> QuerySet[Any]:
        """The denominator."""

    @abstractmethod
    def good(self, period: Period) -> Q:
        """What is true of the numerator."""

    @abstractmethod
    def cells(self, row: Any, member: Membership) -> Sequence[str]:
        """A row in the order of `columns`."""

    def url(self, row: Any) -> str:
        """The page of what was counted."""
        return ""

    def is_cut(self, period: Period) -> bool:
        """Whether `whole` itself looked at some of the period's rows only."""
        return False

    def gone(self, period: Period) -> tuple[int, int]:
        """Part and whole of what was counted before a purge deleted its rows."""
        return 0, 0

    def figure(self, period: Period) -> Figure:
        """Two counts over at most MOST rows, in one statement, and all of those whose rows have gone."""
        wanted: dict[str, Aggregate] = {"whole": Count("pk"), "part": Count("pk", filter=Q(is_good=True))}
        if self.median:
            wanted["median"] = Median(self.median)
        found = self._newest(period).aggregate(**wanted)
        capped = found["whole"] >= MOST or self.is_cut(period)
        part, whole = self.gone(period)
        notes = [_median(found.get("median")), _gone(whole)]
        note = " ".join(filter(None, notes))
        return Figure(found["part"] + part, found["whole"] + whole, self.target, note, capped)

    def rows(self, period: Period, member: Membership, *, missed: bool) -> Iterator[Row]:
        """At most MOST."""
        for row in self._newest(period).iterator(chunk_size=500):
            if not (missed and row.is_good):
                yield Row(row.is_good, [str(cell) for cell in self.cells(row, member)], self.url(row))

    def _newest(self, period: Period) -> QuerySet[Any]:
        newest: QuerySet[Any] = self.whole(period).annotate(is_good=flag(self.good(period)))[:MOST]
        return newest


def flag(condition: Q) -> Expression:
    """Whether the condition holds of a row: true or false, never null."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


class Median(Aggregate):
    """The middle of durations."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def _gone(whole: int) -> str:
    if not whole:
        return ""
    return ngettext(
        "%(n)d of them has ended with its period: it is counted and not listed.",
        "%(n)d of them have ended with their periods: they are counted and not listed.",
        whole,
    ) % {"n": whole}


def _median(span: timedelta | None) -> str:
    if span is None:
        return ""
    seconds = span.total_seconds()
    if seconds < 120:
        return _("The middle one took %(seconds).1f seconds.") % {"seconds": max(0.0, seconds)}
    minutes = round(seconds / 60)
    if minutes < 120:
        return ngettext("The middle one took %(n)d minute.", "The middle one took %(n)d minutes.", minutes) % {
            "n": minutes
        }
    hours = round(seconds / 3600)
    return ngettext("The middle one took %(hours)d hour.", "The middle one took %(hours)d hours.", hours) % {
        "hours": hours
    }


def moment(at: Any) -> str:
    """A time in a cell: UTC, to the second; "" for none."""
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""


def within(period: Period, field: str) -> Q:
    """That this time lies in the period."""
    return Q(**{f"{field}__gte": period.begin, f"{field}__lt": period.end})


def named(member: Model | None, reader: Membership) -> str:
    """A colleague in a cell: the name for whoever sees people, else the id."""
    if not isinstance(member, Membership):
        return ""
    return member.user.name if reader.may(Permission.PEOPLE_READ) else str(member.pk)
