"""What a file of a pack is. Each figure is the number of rows of one file in which a column has one of some values, so
that whoever has the file can count it again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.reports.periods import Period
from tenancy.isolation import activate

BATCH = 500
Words = str | Promise
Cells = Sequence[object]


@dataclass(frozen=True)
class Figure:
    """How many rows have one of `values` in `column`; without a column: how many there are."""

    title: Words
    column: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """One file, `<key>.csv`. `at`: the time by which a row is of the period; "": rows as they are now."""

    key: str
    title: Words
    columns: tuple[str, ...]
    rows: Callable[[Period], QuerySet[Any]]
    cells: Callable[[Any], Cells]
    figures: tuple[Figure, ...] = (Figure(_("Rows")),)
    at: str = "at"

    @property
    def file(self) -> str:
        return f"{self.key}.csv"

    def total(self, period: Period) -> int:
        """How many rows there will be. The organization is active."""
        return self._within(period).count()

    def read(self, organization_id: Any, period: Period) -> Iterator[list[tuple[str, ...]]]:
        """Rows as text, the oldest first, some hundred in a transaction of their own."""
        time = self.at or "pk"
        last: tuple[Any, Any] | None = None
        while True:
            with activate(organization_id):
                rows = self._within(period)
                if last is not None:
                    later = Q(**{f"{time}__gt": last[0]}) | Q(**{time: last[0], "pk__gt": last[1]})
                    rows = rows.filter(later)
                found = list(rows.order_by(time, "pk")[:BATCH])
                if not found:
                    return
                texts = [tuple(map(text, self.cells(row))) for row in found]
                last = (getattr(found[-1], time) if self.at else found[-1].pk, found[-1].pk)
            yield texts

    def _within(self, period: Period) -> QuerySet[Any]:
        rows = self.rows(period)
        return rows.filter(**{f"{self.at}__gte": period.begin, f"{self.at}__lt": period.end}) if self.at else rows


def text(value: object) -> str:
    """One cell: times in UTC to the second, yes or no, nothing for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return str(value)
