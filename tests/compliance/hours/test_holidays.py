"""The days that rows of the hours' table close on."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from compliance.hours.holidays import easter, is_holiday, on

RULES = json.loads((Path(__file__).parents[3] / "compliance/hours/data/hours.json").read_text())["holidays"]
EASTERS = (
    "2008-03-23 2011-04-24 2018-04-01 2024-03-31 2025-04-20 2026-04-05 2027-03-28 2038-04-25 2049-04-18 2076-04-19"
)


def days(year: int, *names: str) -> list[str]:
    """Every holiday of a year, as month and day."""
    rules = [rule for name in names for rule in RULES[name]]
    first = date(year, 1, 1)
    return [f"{day:%m-%d}" for day in (first + timedelta(n) for n in range(365)) if is_holiday(day, rules)]


@pytest.mark.parametrize("day", EASTERS.split())
def test_easter_is_when_it_was_and_will_be(day: str) -> None:
    assert easter(date.fromisoformat(day).year).isoformat() == day


def test_easter_is_always_a_sunday_of_its_five_weeks() -> None:
    found = [easter(year) for year in range(1900, 2200)]
    assert {day.weekday() for day in found} == {6}
    assert {(3, 22) <= (day.month, day.day) <= (4, 25) for day in found} == {True}


def test_the_federal_days_of_2026_with_the_friday_before_a_saturday() -> None:
    assert days(2026, "US") == [
        *("01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "07-04"),
        *("09-07", "10-12", "11-11", "11-26", "12-25"),
    ]


def test_a_holiday_on_a_sunday_is_kept_on_monday_too() -> None:
    assert {"07-04", "07-05", "12-25"} <= set(days(2027, "US"))
    assert {"06-19", "06-18"} <= set(days(2027, "US")), "a Saturday, and the Friday before"


def test_new_year_may_be_kept_in_the_old_year() -> None:
    assert "12-31" in days(2027, "US"), "1 January 2028 is a Saturday"
    assert "12-31" not in days(2026, "US")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("US-AL", ["02-17", "04-27", "06-01"]),
        ("US-LA", ["02-17", "04-03", "11-01", "11-02"]),
        ("US-RI", ["08-10"]),
        ("US-UT", ["07-24"]),
        ("CA", ["01-01", "04-03", "05-18", "07-01", "09-07", "09-30", "10-12", "11-11", "12-25", "12-26"]),
    ],
)
def test_what_states_and_canada_keep(name: str, expected: list[str]) -> None:
    assert days(2026, name) == expected


def test_a_rule_of_no_known_form_is_refused() -> None:
    with pytest.raises(ValueError, match="no rule"):
        on({"every": "day"}, 2026)
