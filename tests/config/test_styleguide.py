"""The style guide: there on a local system, nowhere else."""

import re

import pytest
from django.http import Http404
from django.test import RequestFactory

from config import styleguide


def test_the_guide_and_its_pages_open_with_every_kind_of_data() -> None:
    for data in ("usual", "empty", "overflow", "refused"):
        request = RequestFactory().get("/styleguide", {"data": data})
        answers = [styleguide.index(request), *(styleguide.page(request, name=name) for name in styleguide.PAGES)]
        for answer in answers:
            text = answer.content.decode()
            assert answer.status_code == 200
            assert len(re.findall(r"<h1\b", text)) == 1
            identifiers = re.findall(r'\sid="([^"]+)"', text)
            assert sorted(set(identifiers)) == sorted(identifiers)


def test_a_page_that_is_not_there_is_not_found() -> None:
    with pytest.raises(Http404):
        styleguide.page(RequestFactory().get("/"), name="nothing")


def test_the_guide_does_not_exist_in_production(settings: pytest.FixtureRequest) -> None:
    settings.LOCAL = False  # type: ignore[attr-defined]
    with pytest.raises(Http404):
        styleguide.index(RequestFactory().get("/styleguide"))
