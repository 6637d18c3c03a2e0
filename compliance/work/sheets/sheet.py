"""What a sheet is made of. Plain values, in the reader's language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.reports.figures import share
from compliance.reports.periods import Period
from compliance.work.reading import View
from compliance.work.whose import Offered, Whose, called

Value = int | float | None
MOST_SERIES = 6


@dataclass(frozen=True)
class Asked:
    """What somebody asked for: a view of the period, one of the period it is compared with, and how it is split.

    `by`: team, line or member. `goal`: business minutes. `team`, `line` and `one` narrow both views.
    """

    member: Membership
    period: Period
    before: Period
    offered: Offered
    by: str = "line"
    goal: int = 60
    team: UUID | None = None
    line: UUID | None = None
    one: UUID | None = None

    @property
    def whose(self) -> Whose:
        """Whose work is counted."""
        return self.offered.whose(team=self.team, line=self.line, one=self.one)

    @property
    def views(self) -> tuple[View, View]:
        """Of the period, and of the one before."""
        return View(self.period, self.whose), View(self.before, self.whose)

    @property
    def teams(self) -> dict[UUID, str]:
        """The team's name of each line."""
        return {row.pk: row.team.name for row in self.offered.lines}

    @property
    def lines(self) -> dict[UUID, str]:
        """The name of each line."""
        return {row.pk: row.name for row in self.offered.lines}

    @property
    def names(self) -> Mapping[Any, str]:
        """What each part is called, by the line or the member that figures are grouped by."""
        if self.by == "member":
            return self.people()
        return self.lines if self.by == "line" else self.teams

    def people(self) -> dict[UUID | None, str]:
        """The name of each colleague; figures of nobody have one too."""
        return {None: _("Nobody (automatic, or the customer)")} | called()

    def rows_of(self, **wanted: object) -> str:
        """Where the texts are that a figure counts; "" for whoever may not look for them."""
        if not self.member.may(Permission.CONVERSATIONS_READ):
            return ""
        narrowed = {"since": self.period.first, "until": self.period.last, "line": self.line, "team": self.team}
        query = narrowed | {"author": self.one, "kind": "texts"} | wanted
        return f"{reverse('search')}?{urlencode({name: one for name, one in query.items() if one})}"


@dataclass(frozen=True)
class Figure:
    """One number; `before`: in the period that it is compared with, "" for one that is of now."""

    label: str
    value: str
    before: str = ""


@dataclass(frozen=True)
class Plot:
    """Lines over time, or bars. `then`: what the last series has instead of the labels, where it is of other days; ""
    where it has none. `places`: how many digits its figures have after the point, where that is always as many.
    """

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[Value]]]
    unit: str = ""
    bars: bool = False
    then: Sequence[str] = ()
    places: int | None = None

    def cells(self) -> Iterator[tuple[str, str, Value]]:
        """For a file: of each value its day, its series' name and itself."""
        for at, (name, values) in enumerate(self.series):
            days = self.then if self.then and at == len(self.series) - 1 else self.labels
            yield from ((day, name, value) for day, value in zip(days, values, strict=True) if day)


@dataclass(frozen=True)
class Small:
    """A plot of lines for each of several, all of one scale. `left_out`: how many more there are; `places`: as of a
    `Plot`.
    """

    title: str
    labels: Sequence[str]
    parts: Sequence[tuple[str, Sequence[tuple[str, Sequence[Value]]]]]
    unit: str = ""
    left_out: int = 0
    places: int | None = None

    @property
    def names(self) -> list[str]:
        """What each line is, the same in every plot."""
        return [name for name, _values in self.parts[0][1]] if self.parts else []

    @property
    def plots(self) -> list[Plot]:
        """Each by itself, as a file lists them."""
        return [Plot(f"{self.title}: {name}", self.labels, series) for name, series in self.parts]

    @property
    def most(self) -> float:
        """The largest value of all."""
        every = (value for _name, series in self.parts for _line, values in series for value in values)
        return max((float(value) for value in every if value is not None), default=0.0)


@dataclass(frozen=True)
class Row:
    """A row of a table. `values`: what a file holds. `link`: where its rows are, `here` of `all` of them."""

    name: str
    values: Sequence[Value]
    cells: Sequence[str]
    link: str = ""
    here: int | None = None
    all: int = 0


@dataclass(frozen=True)
class Table:
    """`key` names it in files, `head` is the first column and those of the values."""

    key: str
    title: str
    head: Sequence[str]
    rows: Sequence[Row]
    note: str = ""

    @property
    def has_rows(self) -> bool:
        """Whether it says how many rows are still there."""
        return any(row.here is not None for row in self.rows)


@dataclass(frozen=True)
class Heat:
    """Numbers by weekday and hour. `rows`: the weekday, then of each hour (what, number, step of darkness 0 to 5)."""

    title: str
    hours: Sequence[str]
    rows: Sequence[tuple[str, Sequence[tuple[str, int, int]]]]


@dataclass(frozen=True)
class Sheet:
    """A report. `is_empty`: nothing was counted at all; `note`: how it is counted, in the page's words."""

    figures: Sequence[Figure]
    plots: Sequence[Plot]
    tables: Sequence[Table]
    notes: Sequence[str] = ()
    heats: Sequence[Heat] = ()
    smalls: Sequence[Small] = ()
    is_empty: bool = False


def figure(value: Value) -> str:
    """A number as people of this language write it; a dash for an unknown one."""
    if value is None:
        return "–"
    whole = float(value).is_integer()
    return str(number_format(int(value) if whole else value, decimal_pos=None if whole else 1, force_grouping=True))


def row(name: str, values: Sequence[Value], *, link: str = "", here: int | None = None, all_: int = 0) -> Row:
    """A row of numbers as they are."""
    return Row(name, values, [figure(value) for value in values], link if here else "", here, all_)


def per_cent(part: int, whole: int) -> str:
    """A share, a dash of nothing."""
    found = share(part, whole)
    return "–" if found is None else f"{figure(found)} %"


def minutes(value: float | None) -> str:
    """A span of minutes as people say it: "4 min", "2 h 5 min", "3 days"."""
    if value is None:
        return "–"
    whole = round(value)
    if whole < 1:
        return _("under 1 min")
    if whole < 60:
        return _("%(minutes)s min") % {"minutes": whole}
    hours, rest = divmod(whole, 60)
    if hours < 48:
        words = {"hours": hours, "minutes": rest}
        return (_("%(hours)s h %(minutes)s min") if rest else _("%(hours)s h")) % words
    return _("%(days)s days") % {"days": figure(round(hours / 24, 1))}


def by_day(found: Mapping[tuple[object, ...], int], period: Period) -> list[int]:
    """Numbers of days as numbers of the plot's steps."""
    days: dict[date, int] = {key[0]: number for key, number in found.items() if isinstance(key[0], date)}
    return period.fold(days, period.buckets())
