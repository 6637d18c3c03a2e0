"""The figures of plots as people write them, and what a glance at a plot tells, in words."""

from collections.abc import Sequence
from math import floor, log10

from django.utils.formats import number_format
from django.utils.translation import gettext as _

Value = float | int | None
Series = Sequence[tuple[str, Sequence[Value]]]


def figure(value: Value) -> str:
    """A number as people of this language write it; a dash for an unknown one. What is less than 1 has two digits."""
    if value is None:
        return "–"
    if 0 < value < 1:
        places = 1 - floor(log10(value))
        value, places = round(value, places), places - (round(value, places) == round(value, places - 1))
        return str(number_format(value, decimal_pos=places)) if value < 1 else "1"
    whole = float(value).is_integer()
    return str(number_format(int(value) if whole else value, decimal_pos=None if whole else 1, force_grouping=True))


def in_words(labels: Sequence[str], series: Series, *, over_time: bool) -> str:
    """What a glance at the drawing tells, for whoever does not see it."""
    said = []
    for name, values in series:
        known = [(value, label) for value, label in zip(values, labels, strict=True) if value is not None]
        if not known:
            continue
        (most, where), (last, _label) = max(known, key=lambda one: one[0]), known[-1]
        words = {"name": name, "most": figure(most), "where": where, "last": figure(last)}
        least = min(value for value, _at in known)
        if over_time and least < most:
            said.append(_("%(name)s: at most %(most)s (%(where)s), at last %(last)s.") % words)
        elif over_time:
            said.append(_("%(name)s: %(most)s throughout.") % words)
        else:
            said.append(_("%(name)s: most at %(where)s, %(most)s.") % words)
    return " ".join(said)


def told(labels: Sequence[str], series: Series, then: Sequence[str], *, over_time: bool) -> str:
    """`in_words`; the last series is of other days where there are such, `then`."""
    if not then:
        return in_words(labels, series, over_time=over_time)
    words = [in_words(labels, series[:-1], over_time=over_time), in_words(then, series[-1:], over_time=over_time)]
    return " ".join(filter(None, words))
