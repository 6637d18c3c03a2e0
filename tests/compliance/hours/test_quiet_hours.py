"""When marketing and other texts may leave: states, zones, holidays, clock changes.

The rows below were written from the law's table a second time, apart from `data/hours.json`.
"""

import itertools
import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.hours.quiet_hours import TextClass, judge, rules_version
from compliance.hours.time_zones import Whereabouts, whereabouts

# state, its zone, weekdays, Saturday, Sunday, holiday; "-" is closed all day
ROWS = """
AL Chicago      08-20 08-20 -     -
CT New_York     09-20 09-20 09-20 09-20
FL New_York     08-20 08-20 08-20 08-20
IN Indiana/Indianapolis 09-20 09-20 09-20 09-20
KY New_York     10-21 10-21 10-21 10-21
LA Chicago      08-20 08-20 -     -
ME New_York     09-17 -     -     09-17
MD New_York     08-20 08-20 08-20 08-20
MA New_York     08-20 08-20 08-20 08-20
MI Detroit      09-21 09-21 09-21 09-21
MN Chicago      09-21 09-21 09-21 09-21
MS Chicago      08-20 08-20 -     08-20
NV Los_Angeles  09-20 09-20 09-20 09-20
NJ New_York     08-20 08-20 08-20 08-20
NM Denver       09-21 09-21 09-21 09-21
OK Chicago      08-20 08-20 08-20 08-20
OR Los_Angeles  08-20 08-20 08-20 08-20
PA New_York     09-19 09-19 -     -
RI New_York     09-18 10-17 -     -
SD Chicago      09-21 -     -     09-21
TX Chicago      09-21 09-21 12-21 09-21
UT Denver       08-21 08-21 -     -
WA Los_Angeles  08-20 08-20 08-20 08-20
WY Denver       08-20 08-20 08-20 08-20
NY New_York     08-21 08-21 08-21 08-21
CA Los_Angeles  08-21 08-21 08-21 08-21
VA New_York     08-21 08-21 08-21 08-21
GA New_York     08-21 08-21 08-21 08-21
OH New_York     08-21 08-21 08-21 08-21
HI Honolulu     08-21 08-21 08-21 08-21
"""
DAYS = {"weekday": "2026-11-25", "Saturday": "2026-11-28", "Sunday": "2026-11-29", "holiday": "2026-11-26"}
MOST_AHEAD = timedelta(days=21)


def cases() -> list[tuple[str, str, str, str, bool]]:
    """(state, zone, local date, local time, open?): both sides of both ends of every window."""
    found = []
    for row in filter(None, ROWS.splitlines()):
        state, city, *windows = row.split()
        zone = f"{'Pacific' if city == 'Honolulu' else 'America'}/{city}"
        for day, window in zip(DAYS.values(), windows, strict=True):
            if window == "-":
                found += [(state, zone, day, clock, False) for clock in ("09:59:59", "12:00:00", "16:59:59")]
                continue
            opens, closes = (int(hour) for hour in window.split("-"))
            found += [
                (state, zone, day, f"{opens - 1:02}:59:59", False),
                (state, zone, day, f"{opens:02}:00:00", True),
                (state, zone, day, f"{closes - 1:02}:59:59", True),
                (state, zone, day, f"{closes:02}:00:00", False),
            ]
    return found


def local(zone: str, at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone))


def is_open(state: str, zone: str, at: str) -> bool:
    where = Whereabouts((zone,), (f"US-{state}",))
    return judge(where, local(zone, at), TextClass.MARKETING).is_open


def test_there_are_enough_cases() -> None:
    assert len(cases()) > 400


@pytest.mark.parametrize("state", sorted({case[0] for case in cases()}))
def test_a_states_row(state: str) -> None:
    wrong = [
        case for case in cases() if case[0] == state and is_open(state, case[1], f"{case[2]}T{case[3]}") != case[4]
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("state", "zone", "day", "opened"),
    [
        ("RI", "America/New_York", "2026-08-10", False),  # Victory Day
        ("MA", "America/New_York", "2026-08-10", True),
        ("LA", "America/Chicago", "2026-02-17", False),  # Mardi Gras
        ("LA", "America/Chicago", "2026-04-03", False),  # Good Friday
        ("LA", "America/Chicago", "2027-11-01", False),  # All Saints
        ("AL", "America/Chicago", "2026-04-27", False),  # Confederate Memorial Day
        ("UT", "America/Denver", "2026-07-24", False),  # Pioneer Day
        ("PA", "America/New_York", "2026-07-03", False),  # kept for Saturday 4 July
        ("PA", "America/New_York", "2027-07-05", False),  # kept for Sunday 4 July
        ("TX", "America/Chicago", "2026-12-25", True),
    ],
)
def test_holidays_of_states(state: str, zone: str, day: str, opened: bool) -> None:
    assert is_open(state, zone, f"{day}T12:00:00") is opened


# --- Several zones and states ---


def at(number: str, moment: str, text_class: TextClass = TextClass.MARKETING, **more: str) -> object:
    """The next opening in UTC, True when it is open."""
    hours = judge(whereabouts(number, **more), datetime.fromisoformat(moment), text_class)
    return hours.is_open or (hours.opens_at and f"{hours.opens_at:%Y-%m-%dT%H:%MZ}")


def test_an_eastern_number_with_a_pacific_address_has_the_common_hours() -> None:
    """The example of Regulation F's official comment: 11 am to 9 pm Eastern."""
    assert at("+12125550123", "2026-11-25T10:59:59-05:00", TextClass.DEBT, state="CA") == "2026-11-25T16:00Z"
    assert at("+12125550123", "2026-11-25T11:00:00-05:00", TextClass.DEBT, state="CA") is True
    assert at("+12125550123", "2026-11-25T20:59:59-05:00", TextClass.DEBT, state="CA") is True
    assert at("+12125550123", "2026-11-25T21:00:00-05:00", TextClass.DEBT, state="CA") == "2026-11-26T16:00Z"


def test_the_area_codes_state_counts_although_the_address_is_elsewhere() -> None:
    assert at("+13055550123", "2026-11-25T20:30:00-05:00", state="NY") == "2026-11-26T13:00Z"
    assert at("+12125550123", "2026-11-25T20:30:00-05:00", state="NY") is True
    assert at("+12125550123", "2026-11-25T20:30:00-05:00", zip_code="33101") == "2026-11-26T13:00Z"


@pytest.mark.parametrize(("day", "offset", "first"), [("2026-11-25", "-05:00", 15), ("2026-07-07", "-04:00", 16)])
def test_a_number_of_no_place_has_a_short_afternoon(day: str, offset: str, first: int) -> None:
    number = "+18005550123"
    assert at(number, f"{day}T{first - 1}:59:59{offset}") is not True
    assert at(number, f"{day}T{first}:00:00{offset}") is True
    assert at(number, f"{day}T17:59:59{offset}") is True
    assert at(number, f"{day}T18:00:00{offset}") is not True


def test_a_zone_that_they_told_is_taken() -> None:
    assert at("+12125550123", "2026-11-25T09:00:00-05:00", zone="America/Los_Angeles") == "2026-11-25T16:00Z"
    assert at("+12125550123", "2026-11-25T23:30:00-05:00", zone="America/Los_Angeles") is True


def test_zones_that_never_meet_never_open() -> None:
    where = Whereabouts(("Asia/Tokyo", "America/New_York"), ("US-RI",))
    hours = judge(where, datetime(2026, 11, 25, 15, tzinfo=UTC), TextClass.MARKETING)
    assert (hours.is_open, hours.opens_at, hours.closes_at) == (False, None, None)


# --- Classes ---


def test_an_informational_text_has_soft_hours_without_states() -> None:
    assert at("+13055550123", "2026-11-25T20:30:00-05:00", TextClass.INFORMATIONAL) is True
    assert at("+13055550123", "2026-11-25T21:00:00-05:00", TextClass.INFORMATIONAL) == "2026-11-26T13:00Z"
    assert at("+14014440123", "2026-11-29T12:00:00-05:00", TextClass.INFORMATIONAL) is True, "Rhode Island, Sunday"


@pytest.mark.parametrize("text_class", [TextClass.REPLY_TO_INBOUND, TextClass.SECURITY, TextClass.EMERGENCY])
def test_what_somebody_waits_for_has_no_hours(text_class: TextClass) -> None:
    hours = judge(whereabouts("+13055550123"), datetime(2026, 11, 29, 8, tzinfo=UTC), text_class)
    assert (hours.is_open, hours.rules, hours.closes_at) == (True, (), None)


# --- Clock changes ---


@pytest.mark.parametrize(
    ("before", "opens"),
    [
        ("2026-03-07T21:30:00-05:00", "2026-03-08T12:00Z"),  # the night is an hour shorter
        ("2026-10-31T21:30:00-04:00", "2026-11-01T13:00Z"),  # and here an hour longer
        ("2026-11-01T01:30:00-04:00", "2026-11-01T13:00Z"),  # half past one, the first time
        ("2026-11-01T01:30:00-05:00", "2026-11-01T13:00Z"),  # and the second
    ],
)
def test_the_next_opening_is_eight_by_the_clock_on_the_wall(before: str, opens: str) -> None:
    assert at("+12125550123", before) == opens


def test_arizona_keeps_its_clock() -> None:
    assert at("+16025550123", "2026-07-07T21:30:00-07:00") == "2026-07-08T15:00Z"
    assert at("+16025550123", "2026-11-10T21:30:00-07:00") == "2026-11-11T15:00Z"


# --- For every moment ---

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC))
STATES = st.sampled_from([row.split()[0] for row in ROWS.splitlines() if row])
NUMBERS = st.sampled_from(
    ["+12125550123", "+13055550123", "+16055550123", "+18005550123", "+14165550123", "+447400123456"]
)


@given(NUMBERS, STATES, MOMENTS)
def test_an_opening_is_open_and_nothing_before_it_is(number: str, state: str, moment: datetime) -> None:
    where = whereabouts(number, state=state)
    hours = judge(where, moment, TextClass.MARKETING)
    if hours.is_open:
        assert hours.closes_at is not None
        assert judge(where, hours.closes_at - timedelta(seconds=1), TextClass.MARKETING).is_open
        assert not judge(where, hours.closes_at, TextClass.MARKETING).is_open
    elif hours.opens_at is not None:
        assert moment < hours.opens_at <= moment + MOST_AHEAD
        assert judge(where, hours.opens_at, TextClass.MARKETING).is_open
        between = (moment + (hours.opens_at - moment) * part / 7 for part in range(7))
        assert not any(judge(where, at, TextClass.MARKETING).is_open for at in between)


@given(NUMBERS, STATES, MOMENTS)
def test_no_marketing_leaves_at_night_anywhere(number: str, state: str, moment: datetime) -> None:
    where = whereabouts(number, state=state)
    if judge(where, moment, TextClass.MARKETING).is_open:
        clocks = [moment.astimezone(ZoneInfo(zone)).time() for zone in where.zones]
        assert all(time(8) <= clock < time(21) for clock in clocks)


@given(STATES, STATES, MOMENTS)
def test_more_evidence_never_opens_what_was_closed(state: str, other: str, moment: datetime) -> None:
    one = Whereabouts(("America/Chicago",), (f"US-{state}",))
    both = Whereabouts(("America/Chicago",), tuple(sorted({f"US-{state}", f"US-{other}"})))
    if judge(both, moment, TextClass.MARKETING).is_open:
        assert judge(one, moment, TextClass.MARKETING).is_open


def test_the_version_names_the_newest_table() -> None:
    assert rules_version() >= "2026-11-22"


def test_the_rows_of_the_test_are_all_of_the_table() -> None:
    table = json.loads((Path(__file__).parents[3] / "compliance/hours/data/hours.json").read_text())
    mine = {row.split()[0] for row in filter(None, ROWS.splitlines())}
    assert set(table["states"]) <= mine
    assert all(row.get("source") for row in itertools.chain(table["states"].values(), table["countries"].values()))
