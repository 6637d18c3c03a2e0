"""A spreadsheet shows our cells and never runs them."""

import csv
from decimal import Decimal
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.csv_cells import STARTS_A_FORMULA, safe_cell, short_csv_file


@given(st.text())
def test_no_cell_begins_like_a_formula(text):
    assert not safe_cell(text).startswith(STARTS_A_FORMULA)


@given(st.text("ab,;=+-@'\"\t\r\n "))
@example('a;"=1+1;')
@example("a\n=1+1;")
def test_no_cell_begins_like_a_formula_where_lines_are_cut_at_semicolons(text):
    """As a spreadsheet does whose numbers have a comma."""
    file = short_csv_file("name", ["A", "B"], [["x", text]]).content.decode()
    cells = [cell for row in csv.reader(StringIO(file, newline=""), delimiter=";") for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@")) and cell[1:2] != ")"]


@given(st.text())
def test_nothing_is_lost(text):
    assert safe_cell(text).replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize("number", [-3, -0.5, Decimal("-1.20"), 0, 12])
def test_numbers_stay_numbers(number):
    assert safe_cell(number) == str(number)


def test_a_smile_stays_a_smile():
    assert safe_cell("ok ;-)") == "ok ;-)"
