"""Plots drawn on the server: SVG with classes only, so it follows the theme and the content security policy.

Every plot carries its figures as a table, and every series has a mark of its own beside its colour.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

from django.template import TemplateSyntaxError
from django.utils.safestring import SafeString

from config.ui.chart_words import Series, Value, figure, tick, told
from config.ui.registry import draw, register

# Units of the drawing; it is scaled to the width it is given.
WIDTH, HEIGHT = 640.0, 224.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 14.0, 12.0, 30.0
_MOST_SERIES = 6
_MOST_LABELS = 7
_NOTHING = 1e-6  # below this an amount is drawn as none
_ROW = 40.0  # height of one step of a funnel


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A point (x, y) or a bar (x, y, width, height), with the words that hovering shows."""

    x: float
    y: float
    text: str
    width: float = 0
    height: float = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """One series: its place in the order gives colour and mark."""

    place: int
    name: str
    path: str
    area: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a funnel; shares in per cent of the first step and of the step before."""

    place: int
    label: str
    figure: str
    y: float
    width: float
    of_first: int
    of_previous: int | None


def nice_ticks(most: float, about: int = 4) -> list[float]:
    """Round values from 0 to at least `most`: 1, 2, 2.5 or 5 times a power of ten, whole when `most` is whole."""
    if most < _NOTHING:
        return [0.0, 1.0]
    rough = most / about
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    if float(most).is_integer():
        step = max(1.0, float(ceil(step)))
    return [step * number for number in range(ceil(most / step) + 1)]


def _column(place: int, places: int, centred: bool) -> float:
    room = WIDTH - LEFT - RIGHT
    if centred:
        return LEFT + room * (place + 0.5) / places
    return LEFT + (room * place / (places - 1) if places > 1 else room / 2)


def _labels(labels: Sequence[str], centred: bool) -> list[Tick]:
    every = max(1, ceil(len(labels) / _MOST_LABELS))
    return [
        Tick(round(_column(place, len(labels), centred), 1), str(label))
        for place, label in enumerate(labels)
        if place % every == 0
    ]


def _height(value: float, top: float) -> float:
    return round((HEIGHT - TOP - BOTTOM) * value / top, 1)


def _runs(points: Iterable[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """Split at unknown values: a line is never drawn across a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _line(
    place: int,
    name: str,
    labels: Sequence[str],
    values: Sequence[Value],
    *,
    top: float,
    alone: bool,
    places: int | None,
) -> Drawn:
    base = HEIGHT - BOTTOM
    points = [
        None if value is None else (round(_column(at, len(labels), False), 1), base - _height(value, top))
        for at, value in enumerate(values)
    ]
    paths, areas = [], []
    for run in _runs(points):
        drawn = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in run)
        paths.append(drawn)
        areas.append(f"{drawn} L{run[-1][0]:.1f} {base:.1f} L{run[0][0]:.1f} {base:.1f} Z")
    marks = tuple(
        Mark(point[0], round(point[1], 1), _hint("" if alone else name, label, figure(value, places)))
        for point, label, value in zip(points, labels, values, strict=True)
        if point is not None
    )
    return Drawn(place, name, " ".join(paths), " ".join(areas) if alone else "", marks)


def _hint(name: str, label: str, words: str) -> str:
    """What hovering shows; `name`: of the series, where there are several."""
    return f"{name}, {label}: {words}" if name else f"{label}: {words}"


def _bars(labels: Sequence[str], series: Series, top: float, *, stacked: bool, places: int | None) -> list[Drawn]:
    slot = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    group = min(slot * 0.72, 64.0 if stacked or len(series) == 1 else 24.0 * len(series))
    width = group if stacked else group / len(series)
    below = [0.0] * len(labels)
    result = []
    for place, (name, values) in enumerate(series):
        marks = []
        for at, value in enumerate(values):
            if not value:
                continue
            tall = _height(value, top)
            left = _column(at, len(labels), True) - group / 2 + (0 if stacked else width * place)
            y = HEIGHT - BOTTOM - tall - (below[at] if stacked else 0)
            words = _hint("" if len(series) == 1 else name, labels[at], figure(value, places))
            # A hair of ground between neighbours keeps them apart without colour.
            marks.append(Mark(round(left, 1), round(y, 1), words, round(max(1.0, width - 1.5), 1), max(1.0, tall - 1)))
            below[at] += tall
        result.append(Drawn(place, name, "", "", tuple(marks)))
    return result


def _checked(labels: Sequence[str], series: Series) -> None:
    if len(series) > _MOST_SERIES:
        raise TemplateSyntaxError(f"a plot shows at most {_MOST_SERIES} series")
    if any(len(values) != len(labels) for _name, values in series):
        raise TemplateSyntaxError("every series of a plot needs a value (or None) for every label")


def _plot(
    title: str,
    unit: str,
    labels: Sequence[str],
    series: Series,
    *,
    drawn: list[Drawn],
    ticks: list[float],
    then: Sequence[str] = (),
    places: int | None = None,
) -> SafeString:
    centred = not any(one.path for one in drawn)
    days = (
        [f"{label} ({other})" if other else label for label, other in zip(labels, then, strict=True)]
        if then
        else labels
    )
    return draw(
        "plot",
        {
            "title": title,
            "unit": unit,
            "words": told(labels, series, then, over_time=not centred, places=places),
            "width": int(WIDTH),
            "height": int(HEIGHT),
            "left": LEFT,
            "right": WIDTH - RIGHT,
            "base": HEIGHT - BOTTOM,
            "tick_x": LEFT - 8,
            "label_y": HEIGHT - 8,
            "grid": [Tick(round(HEIGHT - BOTTOM - _height(one, ticks[-1]), 1), tick(one)) for one in ticks],
            "labels": _labels(labels, centred),
            "drawn": drawn,
            "names": [name for name, _values in series],
            "rows": [(day, [figure(values[at], places) for _name, values in series]) for at, day in enumerate(days)],
        },
    )


def _most(series: Series) -> float:
    return max((float(value) for _name, values in series for value in values if value is not None), default=0.0)


@register.simple_tag
def line_plot(
    title: str,
    labels: Sequence[str],
    series: Series,
    unit: str = "",
    most: int = 0,
    *,
    beside: float = 0,
    then: Sequence[str] = (),
    places: int | None = None,
) -> SafeString:
    """Values over time. `series` is a list of `(name, values)`; a value may be `None` and leaves a gap. `most`: the end
    of a scale that has one, as of scores from 1 to 5. `beside`: the largest value of the plots beside it, which have
    the same scale. `then`: the labels of the last series, where that is of other days than the rest. `places`: digits
    after the point of every figure (money has two); None: as many as `figure` takes.
    """
    _checked(labels, series)
    ticks = [float(tick) for tick in range(most + 1)] if most else nice_ticks(max(_most(series), beside))
    alone = len(series) == 1
    drawn = [
        _line(
            place,
            name,
            then if then and place == len(series) - 1 else labels,
            values,
            top=ticks[-1],
            alone=alone,
            places=places,
        )
        for place, (name, values) in enumerate(series)
    ]
    return _plot(title, unit, labels, series, drawn=drawn if labels else [], ticks=ticks, then=then, places=places)


@register.simple_tag
def bar_plot(
    title: str,
    labels: Sequence[str],
    series: Series,
    unit: str = "",
    stacked: bool = False,
    *,
    places: int | None = None,
) -> SafeString:
    """Amounts beside each other, or on top of each other when they are parts of a whole. `places`: of `line_plot`."""
    _checked(labels, series)
    sums = [sum(float(values[at] or 0) for _name, values in series) for at in range(len(labels))]
    ticks = nice_ticks(max(sums, default=0.0) if stacked else _most(series))
    drawn = _bars(labels, series, ticks[-1], stacked=stacked, places=places)
    return _plot(title, unit, labels, series, drawn=drawn, ticks=ticks, places=places)


def funnel_steps(steps: Sequence[tuple[str, int]]) -> list[Step]:
    """Widths and shares of a funnel; an empty first step gives 0 per cent everywhere."""
    first = steps[0][1] if steps else 0
    before = [None, *(value for _label, value in steps)]
    return [
        Step(
            place=place,
            label=label,
            figure=figure(value),
            y=place * _ROW,
            width=round(WIDTH * (value / first), 1) if first else 0.0,
            of_first=round(100 * value / first) if first else 0,
            of_previous=None if previous is None else (round(100 * value / previous) if previous else 0),
        )
        for place, ((label, value), previous) in enumerate(zip(steps, before, strict=False))
    ]


@register.simple_tag
def funnel_plot(title: str, steps: Sequence[tuple[str, int]], unit: str = "") -> SafeString:
    """How many are left after each step. A later step is never larger than an earlier one."""
    if any(later > earlier for (_a, earlier), (_b, later) in pairwise(steps)):
        raise TemplateSyntaxError("a funnel never widens")
    return draw(
        "funnel",
        {"title": title, "unit": unit, "steps": funnel_steps(steps), "width": int(WIDTH), "bar": int(_ROW - 24)},
    )
