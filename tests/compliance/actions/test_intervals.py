"""Figures that statistics packages print, and what must be true of any counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from compliance.actions import intervals
from compliance.actions.intervals import Count, chance_of_rates, chance_of_shares, poisson, wilson


def test_intervals_are_those_of_the_literature():
    assert wilson(Count(8, 10)) == pytest.approx((0.4901625, 0.9433178), abs=1e-6), (
        "R: prop.test(8, 10, correct = FALSE)"
    )
    assert wilson(Count(0, 10)) == pytest.approx((0.0, 0.2775328), abs=1e-6)
    assert poisson(Count(10, 1000)) == pytest.approx((0.0054319, 0.0184096), abs=1e-6), "10 + z²/2 ± z √(10 + z²/4)"
    assert wilson(Count(0, 0)) is None
    assert poisson(Count(3, 0)) is None


def test_tests_are_those_of_the_literature():
    assert chance_of_shares(Count(3, 4), Count(1, 4)) == pytest.approx(0.4857143, abs=1e-6), "Fisher's lady and the tea"
    assert chance_of_rates(Count(11, 800), Count(21, 3011)) == pytest.approx(0.07967, abs=1e-4), "R: ?poisson.test"
    assert chance_of_shares(Count(0, 0), Count(1, 4)) is None
    assert chance_of_rates(Count(0, 5), Count(0, 9)) == 1.0


_counts = some.integers(1, 400).flatmap(lambda n: some.tuples(some.integers(0, n), some.just(n)))


@given(one=_counts, other=_counts)
def test_whatever_was_counted_the_interval_holds_it_and_no_order_matters(one, other):
    first, second = Count(*one), Count(*other)
    for interval, share in ((wilson(first), first.events / first.base), (poisson(first), first.events / first.base)):
        assert interval[0] - 1e-12 <= share <= interval[1] + 1e-12
    for test in (chance_of_shares, chance_of_rates):
        assert 0 < test(first, second) <= 1
        assert test(first, second) == pytest.approx(test(second, first), rel=1e-6)


def test_the_approximation_takes_over_where_it_says_the_same(monkeypatch):
    shares, rates = (Count(1300, 9000), Count(1210, 9100)), (Count(1010, 50_000), Count(1080, 50_000))
    near = chance_of_shares(*shares), chance_of_rates(*rates)
    monkeypatch.setattr(intervals, "MOST", 10**6)
    assert (chance_of_shares(*shares), chance_of_rates(*rates)) == pytest.approx(near, abs=0.01)
