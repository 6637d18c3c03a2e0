"""The figures of plots as people write them, and what a glance at a plot tells, in words."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

Value = float | int | None
Series = Sequence[tuple[str, Sequence[Value]]]


def figure(value: Value, places: int | None = None) -> str:
    """A number as people of this language write it, rounded as tables do (half up); a dash for an unknown one.

    `places`: so many digits after the point, as money has. Otherwise one where it is no whole number, and two digits
    of what is less than 1.
    """
    if value is None:
        return "–"
    exact = Decimal(str(value))
    if places is None and exact == exact.to_integral_value():
        places = 0
    elif places is None and 0 < exact < 1:
        short = _to(exact, 1 - exact.adjusted()).normalize()
        exact, places = short, max(0, -int(short.as_tuple().exponent))
    elif places is None:
        places = 1
    return str(number_format(f"{_to(exact, places):f}", decimal_pos=places, force_grouping=True))


def tick(value: float) -> str:
    """A value of the scale, which is round: with all its digits."""
    exact = Decimal(str(round(value, 9))).normalize()
    return figure(value, max(0, -int(exact.as_tuple().exponent)))


def _to(exact: Decimal, places: int) -> Decimal:
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def in_words(labels: Sequence[str], series: Series, *, over_time: bool, places: int | None = None) -> str:
    """What a glance at the drawing tells, for whoever does not see it."""
    said = []
    for name, values in series:
        known = [(value, label) for value, label in zip(values, labels, strict=True) if value is not None]
        if not known:
            continue
        (most, where), (last, _label) = max(known, key=lambda one: one[0]), known[-1]
        words = {"name": name, "most": figure(most, places), "where": where, "last": figure(last, places)}
        least = min(value for value, _at in known)
        if over_time and least < most:
            said.append(_("%(name)s: at most %(most)s (%(where)s), at last %(last)s.") % words)
        elif over_time:
            said.append(_("%(name)s: %(most)s throughout.") % words)
        else:
            said.append(_("%(name)s: most at %(where)s, %(most)s.") % words)
    return " ".join(said)


def told(
    labels: Sequence[str], series: Series, then: Sequence[str], *, over_time: bool, places: int | None = None
) -> str:
    """`in_words`; the last series is of other days where there are such, `then`."""
    parts = [(labels, series[:-1]), (then, series[-1:])] if then else [(labels, series)]
    return " ".join(filter(None, (in_words(days, some, over_time=over_time, places=places) for days, some in parts)))
