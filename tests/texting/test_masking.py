"""Numbers that a text quotes are hidden from those who may not see them; dates and short numbers are not."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from texting.masking import hide_numbers, last_digits


@pytest.mark.parametrize(
    "text",
    [
        "+12125550181",
        "(212) 555-0181",
        "212.555.0181",
        "212 555 0181",
        "1-212-555-0181",
        "212\u00a0555\u20110181",
        "+44 20 7946 0181",
        "٢١٢٥٥٥٠١٨١",
        "2125550181",
        "4242 4242 4242 0181",
        "212*555*0181",
        "212_555_0181",
        "212,555,0181",
        "212 | 555 | 0181",
        "212\u00b7555\u00b70181",
        "+1 (212) - 555 - 0181",
        "2\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e35\ufe0f\u20e35\ufe0f\u20e35\ufe0f\u20e30\ufe0f\u20e31\ufe0f\u20e38\ufe0f\u20e31",
        "2\u200b1\u200b2\u200b5\u200b5\u200b5\u200b0\u200b1\u200b8\u200b1",
    ],
)
def test_a_number_in_any_spelling_keeps_its_last_digits_only(text):
    hidden = hide_numbers(f"Call {text} today")
    assert hidden.startswith("Call •••• ")
    assert hidden.endswith(" today")
    assert len(re.findall(r"\d", hidden)) == 4


@pytest.mark.parametrize(
    "text",
    [
        "Room 4472",
        "at 10:30",
        "2026-11-22",
        "on 22/11/2026 at 14:30",
        "03.11.2026",
        "$1,204.50",
        "code 482193",
        "rooms 101, 102, 103",
    ],
)
def test_dates_times_and_short_numbers_stay(text):
    assert hide_numbers(text) == text


def test_a_date_does_not_shelter_a_number():
    assert "0181" in hide_numbers("2026-11-22 2125550181")
    assert "2125550181" not in hide_numbers("2026-11-22 2125550181")
    assert "555018" not in hide_numbers("2026-11-222125550181")


@settings(suppress_health_check=[HealthCheck.too_slow])  # other programs may make it slow
@given(st.text(), st.from_regex(r"[2-9]\d{2}[ .-]?\d{3}[ .-]?\d{4}", fullmatch=True), st.text())
def test_no_full_number_survives_whatever_stands_around_it(before, number, after):
    digits = re.sub(r"\D", "", number)
    assert digits not in re.sub(r"\D", "", hide_numbers(f"{before} {number} {after}")) or digits in re.sub(
        r"\D", "", before + "x" + after
    )


@pytest.mark.parametrize(("masked", "digits"), [("+1 *** *** 0181", "0181"), ("+49 *** *** 12", "12"), ("***", "")])
def test_what_a_mask_still_shows(masked, digits):
    assert last_digits(masked)[-len(digits) :] == digits or digits == ""


@pytest.mark.parametrize("end", ["+1 (2", "212-555", "212-555-0", "2125550181", "call 212 555 "])
def test_digits_at_the_end_of_a_cut_text_do_not_complete_the_number_of_the_whole_one(end):
    assert not re.search(r"\d", hide_numbers(f"Please ring {end}", cut=True))
    assert hide_numbers("Room 12 is free", cut=True) == "Room 12 is free"
