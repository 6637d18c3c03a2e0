"""Whether a text names a day or a time that is another one by now."""

from datetime import date, time

import pytest

from texting.scheduled.old_dates import Stands, says_what_was

WAS = Stands(date(2026, 12, 3), time(14, 30))  # a Thursday
NOW = Stands(date(2026, 12, 11), time(9))  # a Friday


@pytest.mark.parametrize(
    "words",
    [
        "See you on Dec 3.", "on December 3rd, at ten", "the 3rd of December", "3 Dec 2026", "12/3 is your day",
        "03.12.", "2026-12-03", "Nos vemos el 3 de diciembre", "DICIEMBRE 3", "le 3 d\u00e9cembre", "le 3 d\u00e9c.",
        "See you Thursday", "see you Thu!", "Thurs. then", "hasta el jueves",
        "\u00e0 jeudi", "Thu at half past", "be here at 2:30", "2:30pm",
        "a las 14:30", "\u00e0 14h30",
    ],
)  # fmt: skip
def test_a_day_or_time_that_was_is_found_however_it_is_written(words):
    assert says_what_was(words, WAS, NOW)
    assert not says_what_was(words, WAS, WAS), "as long as it stands"


@pytest.mark.parametrize(
    "words",
    [
        "See you at your appointment.", "See you on Friday, Dec 11 at 9:00 am.", "Dec 31", "13 Dec", "at 12:30",
        "1/12/30", "Call (212) 555-0123", "Suite 3, 12 Pier St", "Bring 3 things in December", "Order A-12-33",
        "We open at 8.", "",
    ],
)  # fmt: skip
def test_what_is_still_right_or_is_no_date_at_all_is_not(words):
    assert not says_what_was(words, WAS, NOW)


def test_only_what_changed_counts():
    week = Stands(date(2026, 12, 10), time(14, 30))
    assert not says_what_was("See you Thursday at 2:30 pm", WAS, week)
    assert says_what_was("See you Thursday, Dec 3", WAS, week)
    earlier = Stands(WAS.day, time(9))
    assert not says_what_was("See you on Dec 3", WAS, earlier)
    assert says_what_was("at 2 pm", Stands(WAS.day, time(14)), earlier)
    assert says_what_was("a las 14 h", Stands(WAS.day, time(14)), earlier)
    assert not says_what_was("at 2 am", Stands(WAS.day, time(14)), earlier)


@pytest.mark.parametrize(
    ("words", "is_old"),
    [
        ("Tomorrow at 2:30 pm", True), ("a las 14:30", True), ("at 2 pm", True), ("\u00e0 14 h", True),
        ("at 9 pm", True), ("Tomorrow at 9 am", False), ("at 9:00", False), ("Tomorrow", False),
        ("We open at 8:00, your turn is at 9:00 a.m.", False), ("\u00e0 9h00", False), ("\u00e0 9 h", False),
        ("It costs 12.50", False), ("99:99 12:30:11", False),
    ],
)  # fmt: skip
def test_where_nobody_knows_what_time_it_was_a_text_that_names_times_names_the_one_that_stands(words, is_old):
    assert says_what_was(words, Stands(WAS.day), Stands(WAS.day, time(9))) is is_old
