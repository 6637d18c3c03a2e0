"""Every day, week or month by a clock on the wall, and a date of a contact with a distance, while clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from hypothesis import given
from hypothesis import strategies as st

from texting.fields.kinds import Kind
from texting.scheduled.recurring import LAST_DAY, Every, Pattern, coming, following, some
from texting.scheduled.relative import BadRelation, Relation, Unit

NEW_YORK, BERLIN, LORD_HOWE, PHOENIX = (
    ZoneInfo(name) for name in ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Phoenix")
)
ZONES = st.sampled_from([NEW_YORK, BERLIN, LORD_HOWE, PHOENIX])
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))


def walls(pattern, zone, after, most):
    return [f"{one.at.astimezone(zone):%m-%d %H:%M}" for one in some(pattern, zone, after=after, most=most)]


@pytest.mark.parametrize(
    ("zone", "first", "at", "leaves"),
    [
        (NEW_YORK, date(2027, 3, 13), time(2, 30), ["03-13 02:30", "03-14 03:00", "03-15 02:30"]),  # skipped
        (NEW_YORK, date(2027, 11, 6), time(1, 30), ["11-06 01:30", "11-07 01:30", "11-08 01:30"]),  # twice
        (BERLIN, date(2027, 3, 27), time(2, 0), ["03-27 02:00", "03-28 03:00", "03-29 02:00"]),
        (BERLIN, date(2027, 10, 30), time(9), ["10-30 09:00", "10-31 09:00", "11-01 09:00"]),
        (LORD_HOWE, date(2027, 10, 2), time(2, 10), ["10-02 02:10", "10-03 02:30", "10-04 02:10"]),  # half an hour
        (LORD_HOWE, date(2027, 4, 3), time(1, 45), ["04-03 01:45", "04-04 01:45", "04-05 01:45"]),
        (PHOENIX, date(2027, 3, 13), time(2, 30), ["03-13 02:30", "03-14 02:30", "03-15 02:30"]),  # never changes
    ],
)
def test_the_time_on_the_wall_stays_when_clocks_change(zone, first, at, leaves):
    before = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
    daily = Pattern(Every.DAY, at, first)
    assert walls(daily, zone, before, 3) == leaves
    found = some(daily, zone, after=before, most=3)
    assert all(one.at.astimezone(zone).fold == 0 for one in found)  # of an hour that comes twice the first, once


def test_a_short_month_has_its_last_day_instead():
    on_31st = Pattern(Every.MONTH, time(9), date(2027, 1, 31), day=31)
    assert [f"{day:%m-%d}" for day in islice(on_31st.days(), 4)] == ["01-31", "02-28", "03-31", "04-30"]
    last = Pattern(Every.MONTH, time(9), date(2027, 12, 5), day=LAST_DAY)
    assert [f"{day:%m-%d}" for day in islice(last.days(), 3)] == ["12-31", "01-31", "02-29"]


def test_it_ends_with_its_last_day_and_begins_no_earlier_than_its_first():
    week = Pattern(Every.WEEK, time(9), date(2027, 5, 5), gap=2, weekdays=(4, 0), until=date(2027, 5, 31))
    assert [f"{day:%m-%d}" for day in week.days()] == ["05-07", "05-17", "05-21", "05-31"]
    after = datetime(2027, 5, 31, 13, 30, tzinfo=UTC)
    assert following(week, NEW_YORK, after=after) is None
    assert list(Pattern(Every.DAY, time(9), date(2199, 12, 30)).days(date(2200, 12, 31))) == [date(2200, 12, 31)]


@given(
    every=st.sampled_from(Every),
    span=st.tuples(DAYS, DAYS),
    gap=st.integers(1, 5),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    day=st.integers(0, 31),
)
def test_its_days_are_those_of_the_calendars_own_rules(every, span, gap, weekdays, day):
    starts, since = span
    pattern = Pattern(every, time(9), starts, gap, tuple(weekdays), day)
    begin, more = datetime.combine(starts, time()), {"interval": gap}
    if every == Every.DAY:
        rule = rrule.rrule(rrule.DAILY, dtstart=begin, **more)
    elif every == Every.WEEK:
        rule = rrule.rrule(rrule.WEEKLY, dtstart=begin, byweekday=sorted(weekdays), wkst=rrule.MO, **more)
    else:  # the day, or what is nearest before it
        days = [-1] if day == LAST_DAY else list(range(1, day + 1))
        rule = rrule.rrule(rrule.MONTHLY, dtstart=begin.replace(day=1), bymonthday=days, bysetpos=-1, **more)
    least = max(starts, since)
    wanted = [one.date() for one in islice(rule.xafter(datetime.combine(least, time()), count=6, inc=True), 6)]
    assert list(islice(pattern.days(since), 6)) == wanted


@given(every=st.sampled_from(Every), starts=DAYS, zone=ZONES, at=st.times(), after=DAYS)
def test_what_follows_is_later_in_order_and_on_each_day_once(every, starts, zone, at, after):
    at = at.replace(second=0, microsecond=0)
    pattern = Pattern(every, at, starts, weekdays=(0, 2, 6), day=15)
    moment = datetime.combine(after, time(12), UTC)
    found = list(islice(coming(pattern, zone, after=moment), 8))
    assert all(one.at > moment for one in found)
    assert [one.at for one in found] == sorted({one.at for one in found})
    assert [one.day for one in found] == sorted({one.day for one in found})
    for one in found:
        wall = one.at.astimezone(zone)
        assert wall.date() == one.day
        later = datetime.combine(one.day, wall.time()) - datetime.combine(one.day, at)
        assert timedelta() <= later <= timedelta(hours=1)
    if found:
        assert following(pattern, zone, after=found[0].at) == found[1]


def said(number, unit, *, after=False, at=None):
    return Relation(uuid4(), number, unit, after, at)


@pytest.mark.parametrize(
    ("relation", "kind", "value", "leaves"),
    [
        # Clocks in Denver go forward in the night to March 14: 24 hours before two o'clock are one o'clock.
        (said(24, Unit.HOURS), Kind.DATE_TIME, "2027-03-14T14:00", "2027-03-13T20:00Z"),
        (said(1, Unit.DAYS), Kind.DATE_TIME, "2027-03-14T14:00", "2027-03-13T21:00Z"),
        (said(1, Unit.DAYS, at=time(9)), Kind.DATE_TIME, "2027-03-14T14:00", "2027-03-13T08:00Z"),  # nine in Berlin
        (said(3, Unit.DAYS, after=True, at=time(9)), Kind.DATE, "2027-03-26", "2027-03-29T07:00Z"),
        (said(2, Unit.DAYS, at=time(2, 30)), Kind.DATE, "2027-03-30", "2027-03-28T01:00Z"),  # skipped in Berlin
        (said(0, Unit.DAYS, at=time(9)), Kind.DATE, "2027-03-26", "2027-03-26T08:00Z"),
        (said(30, Unit.MINUTES, after=True), Kind.DATE_TIME, "2027-11-07T01:30", "2027-11-07T08:00Z"),
        (said(1, Unit.WEEKS, at=time(9)), Kind.DATE, "", None),
        (said(1, Unit.HOURS), Kind.DATE, "2027-03-26", None),
        (said(1, Unit.DAYS, at=time(9)), Kind.TEXT, "soon", None),
        (said(52, Unit.WEEKS, at=time(9)), Kind.DATE, "0001-01-01", None),
    ],
)
def test_a_moment_said_by_a_date(relation, kind, value, leaves):
    due = relation.due(kind, value, theirs=BERLIN, ours=ZoneInfo("America/Denver"))
    assert due == (datetime.fromisoformat(leaves) if leaves else None)
    assert Relation.from_json(relation.as_json()) == relation


def test_what_gives_no_moment_is_refused_with_what_to_do():
    wrong = [
        (said(24, Unit.HOURS), Kind.DATE, "count in days"),
        (said(1, Unit.DAYS), Kind.DATE, "at what time"),
        (said(367, Unit.DAYS, at=time(9)), Kind.DATE, "366"),
        (said(-1, Unit.DAYS, at=time(9)), Kind.DATE, "from 0"),
        (said(1, Unit.DAYS, at=time(9)), Kind.TEXT, "a date of the contact"),
    ]
    for relation, kind, words in wrong:
        with pytest.raises(BadRelation, match=words):
            relation.refuse_unless(kind)
    assert said(1, Unit.DAYS, at=time(9)).in_words("Visit") == "1 day before Visit, at 9:00 am"
    assert said(24, Unit.HOURS).in_words("Visit") == "24 hours before Visit"
    assert said(0, Unit.HOURS).in_words("Visit") == "at Visit"
