"""Figures of a period, by anything that counts have: kept counts of settled days, and rows of all other days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection

from compliance.models import StepCount, TextCount
from compliance.reports.periods import Period
from compliance.work import scale, statements
from compliance.work.counting import STEP_KEY, Days, StepKey, all_steps
from compliance.work.keeping import counted, with_rows
from compliance.work.whose import CONDITION, Whose

By = tuple[str, ...]
"""Columns that figures are grouped by; `weekday` is one, from Monday's 0. None of them: a sum of all."""
Key = tuple[Any, ...]

_KINDS = StepCount.Kind


@dataclass(frozen=True, slots=True)
class Texts:
    """`gone`: how many of them (in and out) have no row any more. `micros`: millionths of the price table's unit."""

    came: int = 0
    first: int = 0
    delivered: int = 0
    open: int = 0
    failed: int = 0
    canceled: int = 0
    segments: int = 0
    extra: int = 0
    micros: int = 0
    gone: int = 0

    @property
    def out(self) -> int:
        """To customers, but for those that were taken back before they left."""
        return self.delivered + self.open + self.failed

    @property
    def here(self) -> int:
        """Those whose rows are there."""
        return self.came + self.out + self.canceled - self.gone

    @property
    def all(self) -> int:
        """In and out, also what was canceled."""
        return self.came + self.out + self.canceled


@dataclass(slots=True)
class Times:
    """Numbers by step of the scale."""

    business: dict[int, int] = field(default_factory=dict)
    clock: dict[int, int] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """How many."""
        return sum(self.clock.values())

    def part(self, goal: int) -> float | None:
        """Per cent within so many business minutes."""
        return round(100 * scale.within(self.business, goal) / self.number, 1) if self.number else None

    def median(self) -> float | None:
        """Business minutes."""
        return scale.percentile(self.business, 0.5)

    def most(self) -> float | None:
        """Business minutes within which 9 of 10 are."""
        return scale.percentile(self.business, 0.9)

    def clock_median(self) -> float | None:
        """Minutes by the clock."""
        return scale.percentile(self.clock, 0.5)

    def clock_most(self) -> float | None:
        """Minutes by the clock within which 9 of 10 are."""
        return scale.percentile(self.clock, 0.9)


@dataclass(slots=True)
class Steps:
    """What happened to conversations, and how long it took."""

    numbers: dict[str, int] = field(default_factory=dict)
    answered: Times = field(default_factory=Times)
    resolved: Times = field(default_factory=Times)

    def number(self, kind: str) -> int:
        """How many of `StepCount.Kind`."""
        return self.numbers.get(kind, 0)

    @property
    def opened(self) -> int:
        return self.number(_KINDS.OPENED)

    @property
    def ended(self) -> int:
        return self.number(_KINDS.RESOLVED)

    @property
    def reopened(self) -> int:
        return self.number(_KINDS.REOPENED)

    @property
    def unanswered(self) -> int:
        return self.number(_KINDS.UNANSWERED)


_SUMS = """
    coalesce(sum(number) FILTER (WHERE outcome = 'in'), 0)::integer, coalesce(sum(first), 0)::integer,
    coalesce(sum(number) FILTER (WHERE outcome = 'delivered'), 0)::integer,
    coalesce(sum(number) FILTER (WHERE outcome = 'open'), 0)::integer,
    coalesce(sum(number) FILTER (WHERE outcome = 'failed'), 0)::integer,
    coalesce(sum(number) FILTER (WHERE outcome = 'canceled'), 0)::integer,
    coalesce(sum(segments), 0)::bigint, coalesce(sum(extra), 0)::bigint, coalesce(sum(micros), 0)::bigint,
    coalesce(sum(number) FILTER (WHERE is_gone), 0)::integer
"""
_TEXT_COLUMNS = ", ".join((*statements.TEXT_KEY, *statements.TEXT_SUMS))
_STEP_COLUMNS = ", ".join(STEP_KEY)
_KEPT = "organization_id = %(organization)s AND day >= %(first)s AND day <= %(last)s"
_WEEKDAY = "extract(isodow FROM day)::smallint - 1 AS weekday"

_TEXTS = f"""
WITH counted AS MATERIALIZED (
    SELECT *, {_WEEKDAY} FROM (
        SELECT {_TEXT_COLUMNS}, is_gone FROM {TextCount._meta.db_table}
        WHERE {_KEPT} AND (is_gone OR day = ANY(%(counted)s::date[]))
        UNION ALL SELECT {_TEXT_COLUMNS}, false FROM ({statements.TEXTS.format(some="")}) rows
    ) every WHERE {CONDITION}
)
SELECT {{columns}}, {_SUMS} FROM counted GROUP BY GROUPING SETS ({{sets}})
"""  # noqa: S608 - made of constants
_STEPS = f"""
WITH counted AS MATERIALIZED (
    SELECT *, {_WEEKDAY} FROM (
        SELECT {_STEP_COLUMNS}, number FROM {StepCount._meta.db_table}
        WHERE {_KEPT} AND (is_gone OR day = ANY(%(counted)s::date[]))
        UNION ALL SELECT * FROM unnest(%(l_day)s::date[], %(l_hour)s::smallint[], %(l_line_id)s::uuid[],
            %(l_member_id)s::uuid[], %(l_kind)s::text[], %(l_business)s::smallint[], %(l_clock)s::smallint[],
            %(l_number)s::integer[])
    ) every WHERE {CONDITION}
)
SELECT {{columns}}, sum(number)::integer FROM counted GROUP BY GROUPING SETS ({{sets}})
"""  # noqa: S608 - made of constants


@dataclass(frozen=True)
class View:
    """A period of the active organization as somebody may see it. What rows say of it is read once."""

    period: Period
    whose: Whose
    _known: dict[str, Any] = field(default_factory=dict)

    def texts(self, *by: By) -> list[dict[Key, Texts]]:
        """Of each grouping the figures by its columns' values."""
        found: list[dict[Key, Texts]] = [{} for _ in by]
        for at, key, sums in _grouped(_TEXTS, by, self._values):
            found[at][key] = Texts(*sums)
        return found

    def steps(self, *by: By) -> list[dict[Key, Steps]]:
        """Of each grouping the figures by its columns' values."""
        found: list[dict[Key, Steps]] = [{} for _ in by]
        wanted = [(*one, "kind", scale_of) for one in by for scale_of in ("business", "clock")]
        for at, (*key, kind, step), (number,) in _grouped(_STEPS, wanted, self._values | self._live_steps()):
            steps = found[at // 2].setdefault(tuple(key), Steps())
            by_clock = at % 2
            if by_clock:
                steps.numbers[kind] = steps.numbers.get(kind, 0) + number
            if step is not None and kind in (_KINDS.ANSWERED, _KINDS.RESOLVED):
                times = steps.answered if kind == _KINDS.ANSWERED else steps.resolved
                (times.clock if by_clock else times.business)[step] = number
        return found

    @property
    def _days(self) -> Days:
        kept = set(self._counted)
        days = (self.period.first + timedelta(days=number) for number in range(self.period.days))
        first, last = with_rows(self.period.zone)
        return Days([day for day in days if first <= day <= last and day not in kept], self.period.zone)

    @property
    def _counted(self) -> list[Any]:
        if "counted" not in self._known:
            self._known["counted"] = counted(self.period.first, self.period.last, self.period.zone)
        found: list[Any] = self._known["counted"]
        return found

    @property
    def _values(self) -> dict[str, Any]:
        values = self._days.values | self.whose.values
        return values | {"first": self.period.first, "last": self.period.last, "counted": self._counted}

    def _live_steps(self) -> dict[str, list[Any]]:
        if "steps" not in self._known:
            self._known["steps"] = list(all_steps(self._days).items())
        rows: list[tuple[StepKey, int]] = self._known["steps"]
        columns = {f"l_{name}": [key[at] for key, _number in rows] for at, name in enumerate(STEP_KEY)}
        return columns | {"l_number": [number for _key, number in rows]}


def _grouped(statement: str, by: Sequence[By], values: dict[str, Any]) -> Iterable[tuple[int, Key, tuple[Any, ...]]]:
    """Of each row: the place of its grouping, the values of its columns, its sums."""
    columns = list(dict.fromkeys(name for one in by for name in one))
    bits = {name: 1 << (len(columns) - 1 - at) for at, name in enumerate(columns)}
    masks: dict[int, list[int]] = {}
    for at, one in enumerate(by):
        masks.setdefault(sum(bit for name, bit in bits.items() if name not in one), []).append(at)
    sets = ", ".join(f"({', '.join(one)})" for one in dict.fromkeys(by))
    with connection.cursor() as cursor:
        named = ", ".join(columns)
        cursor.execute(statement.format(columns=f"GROUPING({named}), {named}" if columns else "0", sets=sets), values)
        rows = cursor.fetchall()
    for mask, *row in rows:
        cells, sums = dict(zip(columns, row, strict=False)), tuple(row[len(columns) :])
        for at in masks[mask]:
            yield at, tuple(cells[name] for name in by[at]), sums


def waiting(whose: Whose) -> int:
    """Open conversations in which a customer waits for the first answer, now. `one`: those assigned to them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(sum(number), 0)::integer FROM ({statements.WAITING})"  # noqa: S608 - made of constants
            f" AS rows (line_id, member_id, number) WHERE {CONDITION}",
            whose.values | Days((), "UTC").values,
        )
        return int(cursor.fetchone()[0])
