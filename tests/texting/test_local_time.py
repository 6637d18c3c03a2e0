"""What time it is where a number belongs."""

from datetime import UTC, datetime

import pytest

from texting.local_time import there, zone_of

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("+13035550123", ("06:00", "Denver")),
        ("+12125550123", ("08:00", "New York")),
        ("+442079460018", ("13:00", "London")),
    ],
)
def test_an_area_with_one_zone_has_a_clock(number, answer):
    assert there(number, NOON) == answer


@pytest.mark.parametrize("number", ["+18005550123", "", "nonsense", "+999123456789"])
def test_where_it_is_not_known_nothing_is_said(number):
    assert zone_of(number) is None
    assert there(number, NOON) is None
