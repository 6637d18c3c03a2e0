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
) -> Plot:
    """Of figures by (day,). `drawn`: the value of a step of the plot, from the figures of its days."""
    shift = asked.period.first - asked.before.first
    moved = [((day + shift), one) for (day,), one in then.items()]
    buckets = asked.period.buckets()
    labels = [date_format(bucket, "j M") for bucket in buckets]
    values = _values(asked.period, [(day, one) for (day,), one in now.items()], drawn)
    before = _values(asked.period, moved, drawn)
    if not any(value is not None for value in before):  # a name without a line tells nothing
        return Plot(title, labels, [(named(asked.period), values)], unit)
    series = [(named(asked.period), values), (named(asked.before), before)]
    return Plot(title, labels, series, unit, then=[date_format(bucket - shift, "j M") for bucket in buckets])


def named(period: Period) -> str:
    """Its first and last day."""
    return f"{date_format(period.first, 'j M Y')} – {date_format(period.last, 'j M Y')}"


def _values(period: Period, days: list[tuple[date, Found]], drawn: Callable[[list[Found]], Value]) -> list[Value]:
    steps: dict[date, list[Found]] = {bucket: [] for bucket in period.buckets()}
    for day, one in days:
        steps[period.bucket(min(day, period.last))].append(one)  # a leap year has a day more
    return [drawn(some) for some in steps.values()]
