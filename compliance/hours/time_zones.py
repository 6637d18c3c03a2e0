"""Where a customer may be: every time zone and every state that there is evidence for. Plain values: no Django.

A number tells where it was issued, an address where somebody lived, and neither is proof of where the person is now. So
nothing is chosen: `whereabouts` gathers all of it, and a text has to be allowed by all (12 CFR 1006.6(b)(1)(i) says so
for conflicting evidence; Florida, Oregon and Connecticut let or make you take the area code for the place). A zone that
the person told themselves takes the place of the guessed zones, but not of the states. The tables are
`data/places.json`.
"""

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber, PhoneNumberType
from phonenumbers.timezone import time_zones_for_number

_TABLE = Path(__file__).with_name("data") / "places.json"
_NOWHERE = "Etc/Unknown"
_MOST_ZONES = 12
"""Of one number. The library names every zone of a country whose numbers have no place (Australia's mobiles have 11
zones); for a number of North America that is no answer."""

UNKNOWN_PLACE = "US-unknown"
_NANP = 1
_NORTH_AMERICAN = re.compile(r"\+1[2-9]\d{9}", re.ASCII)
_ZIP = re.compile(r"(\d{3})\d{2}(?:-?\d{4})?", re.ASCII)
_POSTAL_CODE = re.compile(r"([A-Z])\d[A-Z] ?\d[A-Z]\d", re.ASCII)


@dataclass(frozen=True)
class Whereabouts:
    """`zones` are names of the tz database; `places` are "US-FL", "CA", "GB", ... or "US-unknown". Both sorted, neither
    empty."""

    zones: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True)
class _Places:
    version: str
    area_codes: dict[str, str]  # area code to state
    area_code_zones: dict[str, list[str]]
    zones: dict[str, list[str]]  # by state
    zip_prefixes: dict[str, str]  # three digits to state
    zip_zones: dict[str, list[str]]
    provinces: dict[str, list[str]]
    postal_letters: dict[str, str]
    unknown_zones: list[str]


class _Evidence:
    def __init__(self) -> None:
        self.zones: set[str] = set()
        self.places: set[str] = set()

    def add(self, place: str, zones: list[str]) -> None:
        self.places.add(place)
        self.zones.update(zones)


def whereabouts(number: str, *, state: str = "", zip_code: str = "", zone: str = "") -> Whereabouts:
    """All zones and places for a number in E.164 and what else is known of the person.

    `state` is a two-letter code of a state, territory or Canadian province, `zip_code` a ZIP or Canadian postal code,
    `zone` a name of the tz database that the person told. Empty means unknown. Raises ValueError, with a sentence for
    people, for a value that is none of these.
    """
    evidence = _Evidence()
    _by_number(evidence, number)
    if state.strip():
        _by_state(evidence, state.strip().upper())
    if zip_code.strip():
        _by_zip(evidence, zip_code.strip().upper())
    places = evidence.places or {UNKNOWN_PLACE}
    zones = {_named(zone.strip())} if zone.strip() else evidence.zones or set(_places().unknown_zones)
    return Whereabouts(tuple(sorted(zones)), tuple(sorted(places)))


def flaws(*, state: str = "", zip_code: str = "", zone: str = "") -> dict[str, str]:
    """What is wrong with evidence that somebody typed: a sentence for each of the names that is none of its kind."""
    found = {}
    evidence = _Evidence()
    for name, value, read in (
        ("state", state, lambda: _by_state(evidence, state.strip().upper())),
        ("zip_code", zip_code, lambda: _by_zip(evidence, zip_code.strip().upper())),
        ("time_zone", zone, lambda: _named(zone.strip())),
    ):
        try:
            if value.strip():
                read()
        except ValueError as error:
            found[name] = str(error)
    return found


def states() -> tuple[str, ...]:
    """Two-letter codes of every state and territory, then of every Canadian province, each in order."""
    return (*sorted(_places().zones), *sorted(_places().provinces))


def nowhere_known() -> Whereabouts:
    """For somebody of whom nothing is known: every zone of the United States, the strictest row."""
    return Whereabouts(tuple(sorted(_places().unknown_zones)), (UNKNOWN_PLACE,))


def version() -> str:
    """Of the tables that the evidence is read with."""
    return _places().version


def _by_number(evidence: _Evidence, number: str) -> None:
    try:
        parsed = _plainly(number) or phonenumbers.parse(number)
    except NumberParseException:
        raise ValueError("The number must be in international form, such as +12125550123.") from None
    if parsed.country_code == _NANP:
        _by_area_code(evidence, parsed)
        return
    region = phonenumbers.region_code_for_number(parsed)
    found = _zones_of(parsed)
    evidence.add(region or phonenumbers.region_code_for_country_code(parsed.country_code or 0), found)
    if not found:
        raise ValueError("The number belongs to no country whose time zones are known.")


def _plainly(number: str) -> PhoneNumber | None:
    """A number of North America as all of them are stored, without the library's search for what else it may be."""
    if _NORTH_AMERICAN.fullmatch(number) is None:
        return None
    return PhoneNumber(country_code=_NANP, national_number=int(number[2:]))


def _by_area_code(evidence: _Evidence, parsed: PhoneNumber) -> None:
    """A toll-free number, or an area code that nobody has, is evidence of no place at all."""
    places, area_code = _places(), str(parsed.national_number)[:3]
    state = places.area_codes.get(area_code)
    if state:
        zones = places.area_code_zones.get(area_code) or _zones_of_exchange(parsed) or places.zones[state]
        evidence.add(f"US-{state}", zones)
        return
    region = phonenumbers.region_code_for_number(parsed) or _islands(area_code)
    placeless = phonenumbers.number_type(parsed) in {PhoneNumberType.TOLL_FREE, PhoneNumberType.PERSONAL_NUMBER}
    if region and region != "US" and not placeless:
        evidence.add(region, _zones_of(parsed))


def _islands(area_code: str) -> str | None:
    """The country of North America's plan that this area code is of, for those that have area codes of their own."""
    for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[_NANP]:
        metadata = PhoneMetadata.metadata_for_region(region)
        if metadata and metadata.leading_digits and re.fullmatch(f"(?:{metadata.leading_digits})", area_code):
            return region
    return None


def _by_state(evidence: _Evidence, state: str) -> None:
    places = _places()
    if state in places.zones:
        evidence.add(f"US-{state}", places.zones[state])
    elif state in places.provinces:
        evidence.add("CA", places.provinces[state])
    else:
        raise ValueError("The state must be a two-letter code, such as NY.")


def _by_zip(evidence: _Evidence, code: str) -> None:
    places = _places()
    if found := _ZIP.fullmatch(code):
        state = places.zip_prefixes.get(found[1])
        if state:  # a prefix of the armed forces abroad says nothing
            evidence.add(f"US-{state}", places.zip_zones.get(found[1], places.zones[state]))
    elif found := _POSTAL_CODE.fullmatch(code):
        province = places.postal_letters.get(found[1])
        if province:
            evidence.add("CA", places.provinces[province])
    else:
        raise ValueError("The ZIP code must have five digits, such as 10001.")


def _zones_of(parsed: PhoneNumber) -> list[str]:
    zones = [zone for zone in time_zones_for_number(parsed) if zone != _NOWHERE]
    return zones if len(zones) <= _MOST_ZONES else []


def _zones_of_exchange(parsed: PhoneNumber) -> list[str]:
    """`_zones_of` for a number of North America, looked up once for all numbers of its exchange: the library's tables
    tell no more than that of them, which a test holds them to.
    """
    return list(_of_exchange((parsed.national_number or 0) // 10_000))


@lru_cache(maxsize=16_384)
def _of_exchange(exchange: int) -> tuple[str, ...]:
    return tuple(_zones_of(PhoneNumber(country_code=_NANP, national_number=exchange * 10_000 + 123)))


def _named(zone: str) -> str:
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("The time zone must be a name such as America/New_York.") from None


@cache
def _places() -> _Places:
    found: dict[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return _Places(
        version=found["version"],
        area_codes={code: state for state, codes in found["area_codes"].items() for code in codes.split()},
        zip_prefixes={prefix: state for state, ranges in found["zip_prefixes"].items() for prefix in _prefixes(ranges)},
        **{
            name: found[name]
            for name in ("area_code_zones", "zones", "zip_zones", "provinces", "postal_letters", "unknown_zones")
        },
    )


def _prefixes(ranges: str) -> list[str]:
    """ "010-012 055" as 010, 011, 012, 055."""
    ends = [(part.split("-")[0], part.split("-")[-1]) for part in ranges.split()]
    return [f"{prefix:03}" for first, last in ends for prefix in range(int(first), int(last) + 1)]
