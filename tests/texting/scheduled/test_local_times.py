"""Twice a year a clock on a wall lies."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texting.scheduled.local_times import NoSuchTime, TwiceThatDay, moment, on_the_wall, usual_choices

NEW_YORK, LONDON = ZoneInfo("America/New_York"), ZoneInfo("Europe/London")
ZONES = [ZoneInfo(name) for name in ("America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Phoenix")]


def test_an_hour_that_spring_leaves_out_is_refused_with_the_next_time_that_exists():
    with pytest.raises(NoSuchTime, match="3:00 am") as refused:
        moment(datetime(2027, 3, 14, 2, 30), NEW_YORK)
    assert refused.value.instead == datetime(2027, 3, 14, 3)
    assert moment(datetime(2027, 3, 14, 3), NEW_YORK) == datetime(2027, 3, 14, 7, tzinfo=UTC)
    assert moment(datetime(2027, 3, 14, 1, 59), NEW_YORK) == datetime(2027, 3, 14, 6, 59, tzinfo=UTC)


def test_of_an_hour_that_autumn_repeats_somebody_says_which():
    wall = datetime(2026, 11, 1, 1, 30)
    with pytest.raises(TwiceThatDay) as asked:
        moment(wall, NEW_YORK)
    assert asked.value.second - asked.value.first == timedelta(hours=1)
    assert moment(wall, NEW_YORK, second=False) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert moment(wall, NEW_YORK, second=True) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert moment(datetime(2026, 11, 1, 2), NEW_YORK) == datetime(2026, 11, 1, 7, tzinfo=UTC)


@given(wall=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)), zone=st.sampled_from(ZONES), second=st.booleans())
def test_what_is_read_off_the_moment_is_what_was_chosen(wall, zone, second):
    wall = wall.replace(second=0, microsecond=0)
    try:
        at = moment(wall, zone, second=second)
    except NoSuchTime as refused:
        skipped, wall = wall, refused.instead
        at = moment(wall, zone, second=False)
        assert wall > skipped
    assert at.astimezone(zone).replace(tzinfo=None) == wall


def test_offers_are_ahead_by_the_customers_clock_and_say_when(time_machine):
    now = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)  # a Friday, 1 pm in New York
    time_machine.move_to(now, tick=False)
    offered = [(one.label, on_the_wall(one.at, NEW_YORK)) for one in usual_choices(NEW_YORK, now)]
    assert offered == [
        ("Today, 5:00 pm", "Fri, Nov 27, 5:00 pm"),
        ("Tomorrow, 9:00 am", "Sat, Nov 28, 9:00 am"),
        ("Tomorrow, 1:00 pm", "Sat, Nov 28, 1:00 pm"),
        ("Monday, 9:00 am", "Mon, Nov 30, 9:00 am"),
    ]
    sunday = datetime(2026, 11, 29, 18, 0, tzinfo=UTC)
    assert [one.label for one in usual_choices(NEW_YORK, sunday)].count("Monday, 9:00 am") == 0


def test_a_time_of_another_year_says_which(time_machine):
    time_machine.move_to("2027-01-01T04:30Z", tick=False)  # still the last evening of 2026 in New York
    said = [on_the_wall(datetime(2027, 1, 1, 14, tzinfo=UTC), zone) for zone in (NEW_YORK, LONDON)]
    assert said == ["Fri, Jan 1, 2027, 9:00 am", "Fri, Jan 1, 2:00 pm"]
    assert on_the_wall(datetime(2026, 12, 31, 14, tzinfo=UTC), NEW_YORK) == "Thu, Dec 31, 9:00 am"
