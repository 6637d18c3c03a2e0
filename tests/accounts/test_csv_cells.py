"""A spreadsheet shows our cells and never runs them."""

from hypothesis import given
from hypothesis import strategies as st

from accounts.csv_cells import STARTS_A_FORMULA, safe_cell


@given(st.text())
def test_no_cell_begins_like_a_formula(text):
    assert not safe_cell(text).startswith(STARTS_A_FORMULA)


@given(st.text())
def test_nothing_is_lost(text):
    assert safe_cell(text).removeprefix("'") == text.removeprefix("'")
