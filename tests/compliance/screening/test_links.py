"""What a link on its way out says once its signs are undone."""

from typing import Any, cast
from uuid import uuid4

import pytest

from compliance.screening.outbound import found_in
from texting.gate import Draft
from texting.purposes import Purpose


def types(body: str) -> list[str]:
    draft = Draft(conversation=cast(Any, None), body=body, purpose=Purpose.BULK, author=None, announcement_id=uuid4())
    return [finding.type for finding in found_in(draft)]


@pytest.mark.parametrize(
    ("link", "kind"),
    [
        ("r?result=hiv%20positive", "HEALTH_INFO"),
        ("r?result=hiv+positive", "HEALTH_INFO"),
        ("r?id=219%2D09%2D8812", "US_SSN"),
        ("r?id=219+09+8812", "US_SSN"),
    ],
)
def test_a_value_in_a_link_is_found_however_its_signs_are_written(link: str, kind: str) -> None:
    assert set(types(f"See https://clinic.example/{link}")) == {kind}


def test_a_plus_sign_is_a_space_only_in_a_link() -> None:
    assert types("We have tea + cake, see https://clinic.example/menu?for=tea+cake") == []
