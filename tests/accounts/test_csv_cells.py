"""A spreadsheet shows our cells and never runs them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.csv_cells import STARTS_A_FORMULA, safe_cell


@given(st.text())
def test_no_cell_begins_like_a_formula(text):
    assert not safe_cell(text).startswith(STARTS_A_FORMULA)


@given(st.text("ab;=+-@'\t\n "))
def test_no_piece_between_semicolons_begins_like_a_formula(text):
    """A spreadsheet whose numbers have a comma cuts a line there."""
    first, *others = safe_cell(text).split(";")
    assert not first.startswith(STARTS_A_FORMULA)
    assert not [one for one in others if one.startswith(("=", "+", "-", "@"))]


@given(st.text())
def test_nothing_is_lost(text):
    assert safe_cell(text).replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize("number", [-3, -0.5, Decimal("-1.20"), 0, 12])
def test_numbers_stay_numbers(number):
    assert safe_cell(number) == str(number)


def test_a_smile_stays_a_smile():
    assert safe_cell("ok ;-)") == "ok ;-)"
