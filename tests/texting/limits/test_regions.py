"""Regions have names, can be looked for, and are not calling codes."""

import phonenumbers
import pytest
from django.utils import translation

from texting.limits.region_names import name_of, search
from texting.limits.regions import regions


def test_every_region_that_a_number_can_belong_to_has_a_name_and_its_calling_code():
    assert set(regions()) == set(phonenumbers.SUPPORTED_REGIONS)
    for region in regions().values():
        assert region.calling_code == phonenumbers.country_code_for_region(region.code)
        assert len(region.name) > 2


@pytest.mark.parametrize(
    ("words", "first"),
    [("jam", "JM"), ("  United  ki", "GB"), ("de", "DK"), ("+52", "MX"), ("JM", "JM"), ("islands", "KY")],
)
def test_regions_are_found_by_name_code_or_calling_code(words, first):
    assert first in [region.code for region in search(words)]


@pytest.mark.parametrize("words", ["", "   ", "zzzz", "<script>", "+", "9" * 500])
def test_nothing_is_found_for_nothing(words):
    assert search(words) == []


def test_a_region_that_is_not_known_is_called_by_its_code():
    assert name_of("JM") == "Jamaica"
    assert name_of("ZZ") == "ZZ"


def test_regions_have_the_names_that_their_reader_knows():
    with translation.override("es"):
        assert (name_of("DE"), name_of("US"), name_of("ZZ")) == ("Alemania", "Estados Unidos", "ZZ")
        assert [region.code for region in search("alema")] == ["DE"]
        assert [region.code for region in search("germany")] == ["DE"], "who knows the English name finds it, too"
