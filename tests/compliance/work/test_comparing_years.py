"""A year with a 29 February is drawn beside one without: each day once, none that is in neither period."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from compliance.reports.periods import Period
from compliance.work.sheets.compared import compared
from compliance.work.sheets.sheet import Asked, Plot


def drawn(first: date, last: date) -> tuple[Plot, Period]:
    """Ten of every day, of the period and of the year before; and that year's days."""
    period = Period(first, last, "UTC")
    then = period.year_before
    each = [{(one.first + timedelta(days=at),): 10 for at in range(one.days)} for one in (period, then)]
    asked = cast(Asked, cast(Any, SimpleNamespace(period=period, before=then)))
    return compared(asked, "Texts", *each, drawn=sum), then


def test_a_day_more_than_the_year_before_has_nothing_beside_it():
    plot, _then = drawn(date(2028, 2, 20), date(2028, 3, 5))
    (_name, now), (named, values) = plot.series
    assert named == "20 Feb 2027 – 5 Mar 2027"
    assert now == [10] * 15
    assert values == [10] * 14 + [None]
    assert plot.then[-2:] == ["5 Mar", ""], "6 March is in neither period"
    assert [day for day, name, _value in plot.cells() if name == named][-1] == "5 Mar"


def test_a_day_less_than_the_year_before_says_which_days_stand_together():
    plot, _then = drawn(date(2029, 2, 20), date(2029, 3, 5))
    (_name, now), (_named, values) = plot.series
    assert now == [10] * 14
    assert values == [10] * 13 + [20]
    assert plot.then[-2:] == ["3 Mar", "4 Mar – 5 Mar"]


@pytest.mark.parametrize("year", [2027, 2028, 2029])
@pytest.mark.parametrize(("begin", "days"), [((1, 1), 60), ((2, 29), 40), ((2, 28), 2), ((1, 20), 150), ((1, 1), 365)])
def test_every_day_is_in_one_step_and_every_label_is_in_the_period(year, begin, days):
    if begin == (2, 29) and year != 2028:
        begin = (2, 28)
    first = date(year, *begin)
    plot, then = drawn(first, first + timedelta(days=days - 1))
    (_name, now), (_named, values) = plot.series
    assert sum(one or 0 for one in now) == 10 * days
    assert sum(one or 0 for one in values) == 10 * then.days
    inside = {f"{day.day} {day:%b}" for day in (then.first + timedelta(days=at) for at in range(then.days))}
    for label, value in zip(plot.then, values, strict=True):
        assert (value is None) == (label == "")
        assert {part for part in label.split(" – ") if part} <= inside
