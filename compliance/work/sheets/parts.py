"""Small plots of the same scale, one for each team, line or member: the six with the most, the table has all."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from django.utils.formats import date_format

from compliance.work.sheets.sheet import MOST_SERIES, Asked, Small, Value

Found = TypeVar("Found")
Series = Sequence[tuple[str, Sequence[Value]]]


def smalls(
    asked: Asked,
    found: Mapping[Any, Found],
    title: str,
    drawn: Callable[[Mapping[date, list[Found]]], Series],
    *,
    weight: Callable[[Found], int],
    unit: str = "",
    names: Mapping[Any, str] | None = None,
    places: int | None = None,
) -> list[Small]:
    """Of figures by (day, line or member): one plot for each that has a name and anything to show; none for a single
    one, which the plots of all show already. `drawn`: the lines of one of them, from its figures of each day. `names`:
    what each is called, where that is no line, team or member; those of one name are one.
    """
    names = asked.names if names is None else names
    parts: dict[str, dict[date, list[Found]]] = {}
    weights: dict[str, int] = {}
    for (day, key), one in found.items():
        if key is not None and (name := names.get(key)):
            parts.setdefault(name, {}).setdefault(day, []).append(one)
            weights[name] = weights.get(name, 0) + weight(one)
    ranked = sorted((name for name in parts if weights[name]), key=lambda name: (-weights[name], name.casefold()))
    if len(ranked) < 2:
        return []
    labels = [date_format(bucket, "j M") for bucket in asked.period.buckets()]
    plots = [(name, drawn(parts[name])) for name in ranked[:MOST_SERIES]]
    return [Small(title, labels, plots, unit, left_out=len(ranked) - len(plots), places=places)]
