"""What a permission covers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.scopes import INFORMATIONAL, MARKETING, REPLY, SCOPES, covers


@pytest.mark.parametrize(
    ("granted", "wanted", "covered"),
    [
        ([MARKETING], MARKETING, True),
        ([MARKETING], INFORMATIONAL, False),
        ([MARKETING], "informational:appointment", False),
        ([INFORMATIONAL], MARKETING, False),
        ([INFORMATIONAL], "informational:appointment", True),
        (["informational:appointment"], "informational:appointment", True),
        (["informational:appointment"], "informational:delivery", False),
        (["informational:appointment"], INFORMATIONAL, False),
        ([REPLY], INFORMATIONAL, False),
        ([REPLY], MARKETING, False),
        (["informational:poll", MARKETING], MARKETING, True),
    ],
)
def test_a_permission_is_for_its_purpose(granted, wanted, covered):
    assert covers(granted, wanted) is covered


@given(st.lists(st.sampled_from(SCOPES), min_size=1), st.sampled_from(SCOPES))
def test_more_permission_never_covers_less(granted, wanted):
    assert covers(granted, REPLY)
    assert not covers([], wanted)
    assert covers([*granted, wanted], wanted)


def test_a_scope_that_does_not_exist_is_an_error():
    with pytest.raises(ValueError, match="surprise"):
        covers([MARKETING], "surprise")
