"""Amounts are whole numbers of the right minor unit, whatever a person types."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.payments.currencies import LARGEST, BadAmount, checked, decimal, digits_by_currency, parse, shown


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("45", "USD", 4_500),
        ("45.00", "USD", 4_500),
        (" 45,5 ", "EUR", 4_550),
        ("1,250.00", "USD", 125_000),
        ("1,250", "USD", 125_000),
        ("4500", "JPY", 4_500),
        ("4,500", "JPY", 4_500),
        ("45.125", "KWD", 45_125),
        ("0.01", "USD", 1),
    ],
)
def test_what_people_type_is_read(typed, currency, minor):
    assert parse(typed, currency) == minor


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("", "USD"),
        ("0", "USD"),
        ("0.00", "USD"),
        ("-5", "USD"),
        ("45.005", "USD"),
        ("45.5", "JPY"),
        ("1,250", "KWD"),
        ("1e3", "USD"),
        ("٤٥", "USD"),
        ("12 34", "USD"),
        ("1.2.3", "USD"),
        ("1000000000000", "USD"),
        ("9" * 10_000, "USD"),
        ("45", "XXX"),
        ("45", ""),
        ("\x00", "USD"),
    ],
)
def test_what_is_no_amount_is_refused(typed, currency):
    with pytest.raises(BadAmount):
        parse(typed, currency)


@settings(max_examples=60)
@given(st.integers(1, LARGEST), st.sampled_from(sorted(digits_by_currency())))
def test_an_amount_written_out_is_read_as_itself(minor, currency):
    assert parse(str(decimal(minor, currency)), currency) == minor
    assert checked(minor, currency) == minor


def test_people_are_shown_the_currencys_own_digits():
    assert shown(450_000, "USD") == "$4,500.00"
    assert shown(4_500, "JPY") == "¥4,500"
    assert shown(45_125, "KWD") == "KWD\N{NO-BREAK SPACE}45.125"
