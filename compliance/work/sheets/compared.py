"""A plot of a period and of the days that it is compared with, one above the other: first day on first day."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.utils.formats import date_format

from compliance.reports.periods import Period
from compliance.work.sheets.sheet import Asked, Plot, Value

Found = TypeVar("Found")


def compared(
    asked: Asked,
    title: str,
    now: Mapping[Any, Found],
    then: Mapping[Any, Found],
    *,
    drawn: Callable[[list[Found]], Value],
    unit: str = "",
    places: int | None = None,
) -> Plot:
    """Of figures by (day,). `drawn`: the value of a step of the plot, from the figures of its days.

    Around a 29 February one of the two has a day more. Where it is this period, its last day may have nothing beside
    it: no value, no label. Where it is the other one, the last step has that day too, and is labelled with its days.
    """
    shift = asked.period.first - asked.before.first
    buckets = asked.period.buckets()
    labels = [date_format(bucket, "j M") for bucket in buckets]
    values = _values(asked.period, [(day, one) for (day,), one in now.items()], drawn)
    moved = [(min(day + shift, asked.period.last), one) for (day,), one in then.items()]
    there = [bucket - shift for bucket in buckets if bucket - shift <= asked.before.last]
    beyond = len(buckets) - len(there)
    before = [*_values(asked.period, moved, drawn)[: len(there)], *[None] * beyond]
    if not any(value is not None for value in before):  # a name without a line tells nothing
        return Plot(title, labels, [(named(asked.period), values)], unit, places=places)
    days = [date_format(day, "j M") for day in there] + [""] * beyond
    if asked.before.last + shift > asked.period.last:
        days[-1] = f"{days[-1]} – {date_format(asked.before.last, 'j M')}"
    series = [(named(asked.period), values), (named(asked.before), before)]
    return Plot(title, labels, series, unit, then=days, places=places)


def named(period: Period) -> str:
    """Its first and last day."""
    return f"{date_format(period.first, 'j M Y')} – {date_format(period.last, 'j M Y')}"


def _values(period: Period, days: list[tuple[date, Found]], drawn: Callable[[list[Found]], Value]) -> list[Value]:
    steps: dict[date, list[Found]] = {bucket: [] for bucket in period.buckets()}
    for day, one in days:
        steps[period.bucket(day)].append(one)
    return [drawn(some) for some in steps.values()]
