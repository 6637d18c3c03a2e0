"""Business minutes: nights, weekends, holidays, and both days on which the clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.escalations.business_time import Hours, NeverOpen, after, between

NEW_YORK = "America/New_York"
OFFICE = (time(9), time(17))
WEEKDAYS = (OFFICE,) * 5 + (None, None)
ALWAYS = ((time(0), time(0)),) * 7


def hours(week=WEEKDAYS, zone=NEW_YORK, holidays=()):
    return Hours(zone, week, lambda day: day in holidays)


def at(text, zone=NEW_YORK, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


@pytest.mark.parametrize(
    ("opened", "minutes", "due"),
    [
        ("2026-07-15 10:00", 60, "2026-07-15 11:00"),  # a Wednesday
        ("2026-07-15 16:30", 60, "2026-07-16 09:30"),  # over night
        ("2026-07-17 16:30", 60, "2026-07-20 09:30"),  # over the weekend
        ("2026-07-18 12:00", 60, "2026-07-20 10:00"),  # at the weekend
        ("2026-07-15 05:00", 1, "2026-07-15 09:01"),  # before the doors open
        ("2026-07-15 17:00", 1, "2026-07-16 09:01"),  # the minute they close
        ("2026-07-15 16:00", 60, "2026-07-15 17:00"),  # the last minute of the day counts
        ("2026-07-15 10:00", 8 * 60 * 5, "2026-07-22 10:00"),  # a week
    ],
)
def test_only_open_minutes_count(opened, minutes, due):
    assert after(at(opened), minutes, hours()) == at(due)


def test_nothing_counts_on_a_holiday():
    thanksgiving = {date(2026, 11, 26), date(2026, 11, 27)}
    assert after(at("2026-11-25 16:30"), 60, hours(holidays=thanksgiving)) == at("2026-11-30 09:30")
    assert after(at("2026-11-26 12:00"), 60, hours(holidays=thanksgiving)) == at("2026-11-30 10:00")


class TestWhenTheClockChanges:
    """In New York on 8 March 2026 two o'clock is three; on 1 November two o'clock comes twice."""

    @pytest.mark.parametrize(("day", "length"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-02", 24)])
    def test_a_day_that_is_always_open_is_as_long_as_it_really_is(self, day, length):
        begin = at(f"{day} 00:00")
        end = at((datetime.fromisoformat(day) + timedelta(days=1)).isoformat())
        assert between(begin, end, hours(ALWAYS)) == timedelta(hours=length)
        assert after(begin, length * 60, hours(ALWAYS)) == end

    def test_office_hours_over_the_change_are_office_hours_on_the_wall(self):
        assert after(at("2026-03-06 16:30"), 60, hours()) == at("2026-03-09 09:30")  # it was EST on Friday
        assert after(at("2026-10-30 16:30"), 60, hours()) == at("2026-11-02 09:30")  # it was EDT on Friday

    def test_the_hour_that_is_left_out_holds_no_minutes(self):
        night = hours(((time(1), time(4)),) * 7)
        assert after(at("2026-03-08 01:30"), 60, night) == at("2026-03-08 03:30")

    def test_the_hour_that_comes_twice_counts_twice(self):
        night = hours(((time(0), time(4)),) * 7)
        assert after(at("2026-11-01 01:30"), 60, night) == at("2026-11-01 01:30", fold=1).astimezone(UTC)

    def test_where_the_clock_never_changes_nothing_does(self):
        phoenix = hours(zone="America/Phoenix")
        assert after(at("2026-03-06 16:30", "America/Phoenix"), 60, phoenix) == at(
            "2026-03-09 09:30", "America/Phoenix"
        )


def test_hours_that_never_open_say_so():
    with pytest.raises(NeverOpen):
        after(at("2026-07-15 10:00"), 1, hours((None,) * 7))


WINDOWS = st.one_of(
    st.none(),
    st.tuples(st.integers(0, 22), st.integers(1, 24)).map(
        lambda pair: (time(pair[0]), time(max(pair[1], pair[0] + 1) % 24))
    ),
)


@settings(max_examples=60)
@given(
    week=st.tuples(*[WINDOWS] * 7).filter(any),
    zone=st.sampled_from([NEW_YORK, "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"]),
    moment=st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 10)),
    minutes=st.integers(0, 3_000),
    more=st.integers(0, 600),
    holidays=st.sets(st.dates(date(2026, 3, 1), date(2026, 11, 20)), max_size=5),
)
def test_what_is_counted_forward_is_counted_the_same_between(*, week, zone, moment, minutes, more, holidays):
    kept, begin = hours(week, zone, holidays), moment.replace(tzinfo=UTC)
    due = after(begin, minutes, kept)
    assert due >= begin
    assert between(begin, due, kept) == timedelta(minutes=minutes)
    assert after(due, more, kept) == after(begin, minutes + more, kept) or more == 0
    local = due.astimezone(ZoneInfo(zone))
    if minutes:  # it ends while the doors are open, or in the minute they close
        day = (local - timedelta(microseconds=1)).date() if local.time() == time(0) else local.date()
        assert day not in holidays
        assert week[day.weekday()] is not None
