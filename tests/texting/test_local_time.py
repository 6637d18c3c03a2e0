"""What time it is where a customer may be."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from texting.local_time import clock, sentence, their_time, there

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zones", "words", "told"),
    [
        (["America/Denver"], "6:00 am in Denver", "It is 6:00 am for them."),
        (["America/New_York"], "8:00 am in New York", "It is 8:00 am for them."),
        (["Etc/GMT-7"], "7:00 pm for them", "It is 7:00 pm for them."),
        (["America/New_York", "America/Toronto"], "8:00 am for them", "It is 8:00 am for them."),
        (
            ["America/New_York", "America/Los_Angeles"],
            "5:00 am to 8:00 am where they may be",
            "It is between 5:00 am and 8:00 am where they may be.",
        ),
    ],
)
def test_the_time_there_is_said_for_every_zone(zones, words, told):
    assert there(zones, NOON) == words
    assert sentence(zones, NOON) == told


def test_where_it_is_not_known_nothing_is_said():
    assert there([], NOON) == ""


@pytest.mark.parametrize(
    ("hour", "words"), [(0, "12:00 am"), (1, "1:00 am"), (12, "12:00 pm"), (13, "1:00 pm"), (23, "11:00 pm")]
)
def test_midnight_and_noon_are_twelve(hour, words):
    assert clock(NOON.replace(hour=hour)) == words


def test_another_day_is_named():
    assert their_time(["America/New_York"], NOON.replace(hour=20), since=NOON) == "4:00 pm their time"
    tomorrow = NOON.replace(day=2)
    assert their_time(["America/New_York"], tomorrow, since=NOON) == "8:00 am their time on Thursday"


def test_it_is_said_in_the_language_of_whoever_reads_it():
    with translation.override("es"):
        assert clock(NOON) == "12:00\u00a0p.\u00a0m."
        assert there(["America/New_York"], NOON) == "8:00\u00a0a.\u00a0m. en New York"
        there_tomorrow = their_time(["America/New_York"], NOON.replace(day=2), since=NOON, says_whose=False)
        assert there_tomorrow == "Jueves, 8:00\u00a0a.\u00a0m."
