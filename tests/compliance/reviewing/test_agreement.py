"""Kappa against values that were worked out by hand."""

from itertools import permutations

import pytest

from compliance.reviewing.agreement import kappa, weighted_kappa


def pairs(**counts):
    """`yes_no=5`: five times the first said yes and the second no."""
    return [tuple(key.split("_")) for key, number in counts.items() for _ in range(number)]


@pytest.mark.parametrize(
    ("given", "same", "value"),
    [
        # Observed 35/50; by chance 25/50 * 30/50 + 25/50 * 20/50 = 1/2; (0.7 - 0.5) / (1 - 0.5)
        (pairs(yes_yes=20, yes_no=5, no_yes=10, no_no=15), 35, 0.4),
        # Observed 60/100; by chance 0.7 * 0.6 + 0.3 * 0.4 = 0.54; 0.06 / 0.46
        (pairs(yes_yes=45, yes_no=25, no_yes=15, no_no=15), 60, 6 / 46),
        # Observed 60/100; by chance 0.3 * 0.5 + 0.7 * 0.5 = 0.5
        (pairs(yes_yes=20, yes_no=10, no_yes=30, no_no=40), 60, (0.6 - 0.5) / 0.5),
        (pairs(yes_no=5, no_yes=5), 0, -1.0),
        (pairs(yes_yes=3, no_no=4, na_na=1), 8, 1.0),
        # Three answers: observed 4/6; by chance (2*2 + 2*3 + 2*1) / 36 = 12/36; (2/3 - 1/3) / (2/3)
        (pairs(yes_yes=2, no_no=2, na_no=1, na_na=0, na_yes=1), 4, (4 / 6 - (2 * 3 + 2 * 3) / 36) / (1 - 12 / 36)),
    ],
)
def test_kappa_is_the_agreement_beyond_chance(given, same, value):
    found = kappa(given)
    assert (found.pairs, found.same) == (len(given), same)
    assert found.kappa == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("given", [[], pairs(yes_yes=7), [("3", "3")]])
def test_it_is_undefined_when_all_is_the_same(given):
    assert kappa(given).kappa is None
    assert weighted_kappa([pair for pair in given if pair[0].isdecimal()]).kappa is None


def test_a_weighted_one_counts_the_distance():
    given = list(zip("12345", "13355", strict=True))
    # Observed squares: 0 + 1 + 0 + 1 + 0 = 2. By chance: (30 + 10 + 10 + 30 + 30) / 5 = 22.
    assert weighted_kappa(given).kappa == pytest.approx(1 - 2 / 22)
    near, far = [("1", "2"), ("5", "4"), ("3", "3")], [("1", "5"), ("5", "1"), ("3", "3")]
    assert weighted_kappa(near).kappa > weighted_kappa(far).kappa
    assert kappa(near).same == kappa(far).same == 1


def test_it_does_not_matter_who_is_first_nor_in_which_order():
    given = pairs(yes_yes=2, yes_no=1, no_na=1)
    turned = [(other, one) for one, other in given]
    assert {kappa(list(some)).kappa for some in permutations(given)} == {kappa(turned).kappa}


def test_per_cent_is_of_equal_ones_and_few_are_named():
    assert (kappa(pairs(yes_yes=2, yes_no=1)).percent, kappa([]).percent) == (66, None)
    assert [kappa(pairs(yes_no=number)).is_few for number in (19, 20)] == [True, False]
