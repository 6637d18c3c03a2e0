"""What a number, a state, a ZIP code and a zone say about where somebody is."""

from zoneinfo import available_timezones

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.hours.time_zones import _plainly, _zones_of, _zones_of_exchange, whereabouts

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
ALL_OF_THE_STATES = (
    *("America/Anchorage", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/New_York"),
    *("America/Phoenix", "Pacific/Honolulu"),
)


@pytest.mark.parametrize(
    ("number", "zones", "places"),
    [
        ("+12125550123", {EASTERN}, {"US-NY"}),
        ("+13055550123", {EASTERN}, {"US-FL"}),
        ("+18505550123", {EASTERN, CENTRAL}, {"US-FL"}),
        ("+14485550123", {EASTERN, CENTRAL}, {"US-FL"}),
        ("+13645550123", {EASTERN, CENTRAL}, {"US-KY"}),
        ("+19305550123", {EASTERN, CENTRAL}, {"US-IN"}),
        ("+12194440123", {EASTERN, CENTRAL}, {"US-IN"}),
        ("+15315550123", {CENTRAL, MOUNTAIN}, {"US-NE"}),
        ("+16055550123", {CENTRAL, MOUNTAIN}, {"US-SD"}),
        ("+12085550123", {"America/Boise", PACIFIC}, {"US-ID"}),
        ("+19285550123", {"America/Phoenix", MOUNTAIN}, {"US-AZ"}),
        ("+19075550123", {"America/Anchorage", "America/Adak"}, {"US-AK"}),
        ("+18085550123", {"Pacific/Honolulu"}, {"US-HI"}),
        ("+16794440123", {EASTERN}, {"US-MI"}),
        ("+16895550123", {EASTERN, CENTRAL}, {"US-FL"}),
        ("+17875550123", {"America/Puerto_Rico"}, {"US-PR"}),
        ("+16845550123", {"Pacific/Pago_Pago"}, {"US-AS"}),
        ("+14165550123", {"America/Toronto"}, {"CA"}),
        ("+17095550123", {"America/St_Johns", "America/Halifax"}, {"CA"}),
    ],
)
def test_an_area_code_says_where_it_was_issued(number: str, zones: set[str], places: set[str]) -> None:
    found = whereabouts(number)
    assert (set(found.zones), set(found.places)) == (zones, places)


@pytest.mark.parametrize("number", ["+18005550123", "+18885550123", "+18335550123", "+15005550123", "+11115550123"])
def test_a_number_of_no_place_may_be_anywhere_in_the_states(number: str) -> None:
    assert whereabouts(number).zones == ALL_OF_THE_STATES
    assert whereabouts(number).places == ("US-unknown",)


def test_a_toll_free_number_with_an_address_is_there() -> None:
    found = whereabouts("+18005550123", state="wa", zip_code="98101-1234")
    assert (found.zones, found.places) == ((PACIFIC,), ("US-WA",))


def test_number_and_address_both_count() -> None:
    found = whereabouts("+12125550123", state="CA", zip_code="75001")
    assert set(found.zones) == {EASTERN, CENTRAL, PACIFIC}
    assert found.places == ("US-CA", "US-NY", "US-TX")


def test_a_zone_that_they_told_takes_the_place_of_zones_but_not_of_states() -> None:
    found = whereabouts("+12125550123", state="CA", zone="Pacific/Honolulu")
    assert (found.zones, found.places) == (("Pacific/Honolulu",), ("US-CA", "US-NY"))
    nowhere = whereabouts("+18005550123", zone="Pacific/Honolulu")
    assert (nowhere.zones, nowhere.places) == (("Pacific/Honolulu",), ("US-unknown",))


@pytest.mark.parametrize(
    ("zip_code", "state", "zones"),
    [
        ("10001", "NY", {EASTERN}),
        ("60601", "IL", {CENTRAL}),
        ("32501", "FL", {CENTRAL}),
        ("32401", "FL", {EASTERN, CENTRAL}),
        ("33101", "FL", {EASTERN}),
        ("79901", "TX", {MOUNTAIN}),
        ("79830", "TX", {CENTRAL, MOUNTAIN}),
        ("37203", "TN", {CENTRAL}),
        ("37902", "TN", {EASTERN}),
        ("83501", "ID", {PACIFIC, "America/Boise"}),
        ("00901", "PR", {"America/Puerto_Rico"}),
        ("00501", "NY", {EASTERN}),
        ("20500", "DC", {EASTERN}),
        ("20101", "VA", {EASTERN}),
        ("05501", "MA", {EASTERN}),
        ("99501", "AK", {"America/Anchorage", "America/Adak"}),
    ],
)
def test_a_zip_code_says_the_state_and_the_zone_where_that_is_certain(
    zip_code: str, state: str, zones: set[str]
) -> None:
    found = whereabouts("+18005550123", zip_code=zip_code)
    assert (set(found.zones), found.places) == (zones, (f"US-{state}",))


def test_a_field_post_office_says_nothing() -> None:
    assert whereabouts("+18005550123", zip_code="09012").places == ("US-unknown",)


def test_canadian_addresses() -> None:
    assert whereabouts("+18005550123", zip_code="v6b 1a1").places == ("CA",)
    assert "America/Regina" in whereabouts("+18005550123", state="SK").zones


def test_other_countries_have_their_own_zones() -> None:
    assert whereabouts("+4915123456789").places == ("DE",)
    assert {"Australia/Perth", "Australia/Sydney"} <= set(whereabouts("+61412345678").zones)
    assert whereabouts("+18765550123").places == ("JM",)


@pytest.mark.parametrize(
    ("number", "more"),
    [
        ("", {}),
        ("212-555-0123", {}),
        ("+", {}),
        ("+99912345678", {}),
        ("+12125550123", {"state": "New York"}),
        ("+12125550123", {"state": "XX"}),
        ("+12125550123", {"zip_code": "1000"}),
        ("+12125550123", {"zip_code": "١٠٠٠١"}),
        ("+12125550123", {"zone": "Eastern"}),
        ("+12125550123", {"zone": "../../etc/passwd"}),
        ("+12125550123", {"zone": "\0"}),
        ("+12125550123", {"zone": "America"}),
        ("+" + "1" * 100_000, {}),
    ],
)
def test_what_is_no_number_state_zip_or_zone_is_refused_in_plain_words(number: str, more: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"^The [^\[]*\.$"):
        whereabouts(number, **more)


@given(st.integers(201, 989), st.integers(200, 999))
def test_every_north_american_number_is_somewhere(area_code: int, exchange: int) -> None:
    found = whereabouts(f"+1{area_code}{exchange}0123")
    assert found.places
    assert found.zones
    assert set(found.zones) <= available_timezones()


@given(st.from_regex(r"\+1[2-9][0-9]{9}", fullmatch=True))
def test_numbers_of_north_america_are_read_as_the_library_reads_them(number: str) -> None:
    assert _plainly(number) == phonenumbers.parse(number)


def test_other_numbers_are_left_to_the_library() -> None:
    for number in (
        "+11234567890",
        "+1212555012",
        "+121255501234",
        "+442079460000",
        "12125550123",
        "+1212555012\u0663",
        "",
    ):
        assert _plainly(number) is None, number


@example(423_202, 7)  # in another zone than 423-200
@example(907_209, 0)
@given(st.integers(min_value=200_200, max_value=999_999), st.integers(min_value=0, max_value=9_999))
def test_of_a_number_of_north_america_its_exchange_says_all_that_its_zones_are_known_by(exchange, rest):
    """So they are looked up once for the ten thousand numbers of an exchange."""
    number = phonenumbers.PhoneNumber(country_code=1, national_number=exchange * 10_000 + rest)
    assert _zones_of_exchange(number) == _zones_of(number)
