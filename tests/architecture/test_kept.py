"""Starts of tests: made once, and each test has its own copy of the whole of it."""

import pytest

from tenancy.models import Organization
from tests import kept as keeping
from tests.kept import kept, kept_upon

place = kept(lambda: Organization.objects.create(name="Harbor Dental", slug="kept"))


@kept_upon("place")
def book(place):
    return {"of": place, "rows": [Organization.objects.create(name="Beside it", slug="beside")]}


@pytest.mark.parametrize("time", range(2))
def test_each_test_gets_the_start_and_what_grew_out_of_it_as_they_were(place, book, time):
    assert len(keeping._start.start) == 2, "both are kept"
    assert book["of"] is place, "copied together"
    assert len(book["rows"]) == 1
    assert Organization.objects.get(pk=place.pk).name == "Harbor Dental"
    Organization.objects.update(name="Changed")
    book["rows"].append(place)


def test_the_first_need_not_be_asked_for(book):
    assert len(keeping._start.start) == 2
    assert set(Organization.objects.all()) == {book["of"], *book["rows"]}


def test_whoever_asks_for_the_first_alone_starts_without_the_second(place):
    assert len(keeping._start.start) == 1
    assert Organization.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_with_real_commits_both_are_made_anew(place, book):
    assert keeping._start.start is None
    assert book["of"] is place
    assert Organization.objects.count() == 2
