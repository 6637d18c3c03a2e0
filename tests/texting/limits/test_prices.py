"""The price table: ours, the operator's, and files that are none."""

import json

import pytest
from django.core.exceptions import ImproperlyConfigured

from texting.limits import prices as module
from texting.limits.prices import prices


@pytest.fixture(autouse=True)
def _anew():
    prices.cache_clear()
    yield
    prices.cache_clear()


def test_a_text_costs_its_segments_and_an_unlisted_region_the_dearest_price():
    table = prices()
    assert table.price_of("US", 3) == 43_500
    assert table.price_of("ZW", 1) == table.other == max(table.regions.values())
    assert table.source
    assert table.date.year >= 2026


def test_the_operator_may_put_another_table_in_its_place(settings, tmp_path):
    mine = {"source": "contract 7", "date": "2026-11-01", "currency": "EUR", "other": "0.5", "regions": {"US": "0.01"}}
    (tmp_path / "prices.json").write_text(json.dumps(mine))
    settings.SENDING_PRICES = str(tmp_path / "prices.json")
    assert (prices().currency, prices().price_of("US", 1), prices().price_of("DE", 2)) == ("EUR", 10_000, 1_000_000)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        "not json",
        '{"source":"x","date":"yesterday","currency":"USD","other":"1","regions":{}}',
        '{"source":"x","date":"2026-11-01","currency":"USD","other":"-1","regions":{}}',
        '{"source":"x","date":"2026-11-01","currency":"USD","other":"NaN","regions":{}}',
        '{"source":"x","date":"2026-11-01","currency":"USD","other":"1","regions":{"US":"cheap"}}',
        '{"source":"x","date":"2026-11-01","currency":"USD","other":"1000","regions":{}}',
    ],
)
def test_a_table_that_makes_no_sense_stops_the_start(settings, tmp_path, content):
    (tmp_path / "prices.json").write_text(content)
    settings.SENDING_PRICES = str(tmp_path / "prices.json")
    with pytest.raises(ImproperlyConfigured, match="SENDING_PRICES"):
        prices()


def test_a_table_that_is_missing_stops_the_start(settings, tmp_path):
    settings.SENDING_PRICES = str(tmp_path / "none.json")
    with pytest.raises(ImproperlyConfigured, match="SENDING_PRICES"):
        prices()
    assert module.prices.cache_info().currsize == 0
