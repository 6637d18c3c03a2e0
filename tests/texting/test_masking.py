"""Numbers that a text quotes are hidden from those who may not see them; dates and short numbers are not."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from texting.masking import hide_name, hide_numbers, hide_people, last_digits


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


@pytest.mark.parametrize(
    ("text", "name", "hidden"),
    [
        ("Hi Ada, it is Ada Lovelace", "Ada Lovelace", "Hi ••••, it is •••• ••••"),
        ("hi ADA and lovelace", "Ada Lovelace", "hi •••• and ••••"),
        ("Ada's bag, adas bag", "Ada", "••••'s bag, ••••s bag"),
        ("Jose and JOSÉ and Jose\u0301!", "José", "•••• and •••• and ••••!"),
        ("A\u200bd\u200ba is here", "Ada", "•••• is here"),
        ("STRASSE", "Straße", "••••"),
        ("ada_lovelace", "Ada Lovelace", "••••_••••"),
        ("Anne-Marie", "Anne Marie", "••••-••••"),
        ("李明你好", "李明", "••••你好"),
        ("Adamant, cascade", "Ada", "Adamant, cascade"),
        ("A day", "A. Lee", "A day"),
        ("At 12:20 in room 2", "Room 2", "At 12:20 in •••• 2"),
        ("nobody", "", "nobody"),
        ("", "Ada", ""),
        ("...", "...", "..."),
    ],
)
def test_a_name_is_hidden_word_by_word_however_it_is_written(text, name, hidden):
    assert hide_name(text, name) == hidden


@pytest.mark.parametrize("address", ["ada@example.com", "Ada.L+x@mail.example.co.uk", "ädä@exämple.com", "x@y"])
def test_an_address_is_hidden_whole(address):
    assert hide_people(f"Write to {address}, please") == "Write to ••••@••••, please"


def test_what_is_cut_off_loses_its_last_word_for_it_may_be_half_a_name():
    assert hide_people("Yours, Lovel", name="Ada Lovelace", cut=True) == "Yours, ••••"
    assert hide_people("mail ada.love", cut=True) == "mail ••••"
    assert hide_people("Call 212 555", cut=True) == "Call ••••"
    assert hide_people("Lovel", name="Ada Lovelace", cut=True) == "••••"


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60), st.from_regex(r"[A-Za-zÀ-ÖØ-öø-ÿ]{2,12}", fullmatch=True), st.text(max_size=60))
def test_no_name_between_spaces_survives(before, name, after):
    hidden = hide_name(f"{before} {name} {after}", name)
    assert f" {name} " not in hidden
