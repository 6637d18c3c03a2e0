"""What is stored of a text holds nothing that must not be kept, however it was written and split."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.detectors import scan
from compliance.screening.masking import REMOVED, may_complete, screen

CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    ("body", "kind", "gone"),
    [
        (f"my card is {CARD} thanks", "PAYMENT_CARD", "4111 1111"),
        ("ssn 536-22-8761", "US_SSN", "536-22"),
        (f"card {CARD} cvv 837", "CARD_SECURITY", "837"),
        ("my password is hunter2hunter", "CREDENTIAL", "hunter2"),
    ],
)
def test_the_stored_text_holds_a_mask_instead(body: str, kind: str, gone: str) -> None:
    screened = screen(body)

    assert gone not in screened.body
    assert "[" in screened.body
    assert kind in {one.finding.type for one in screened.found}
    assert all(one.removed for one in screened.found)


def test_what_may_be_kept_stays_and_is_noted() -> None:
    body = "I was diagnosed with diabetes last week"
    screened = screen(body)

    assert screened.body == body
    assert [one.finding.type for one in screened.found] == ["HEALTH_INFO"]
    assert not screened.found[0].removed


@pytest.mark.parametrize("body", ["", "Hello", "See you at 10:30 on 12/05", "Order 4111111111111112 is late"])
def test_an_ordinary_text_stays_as_it_is(body: str) -> None:
    assert screen(body) == screen(body, ["Hi", "there"])
    assert screen(body).body == body
    assert not screen(body).found


def test_a_card_in_two_texts_is_masked_in_both() -> None:
    earlier = ["Hi, my visa card is", "4111 1111"]
    screened = screen("1111 1111", earlier)

    changed = dict(screened.earlier)
    assert list(changed) == [1]
    assert "4111" not in changed[1]
    assert "1111 1111" not in screened.body
    assert [one.value for one in screened.found] == ["4111111111111111"]


def test_only_a_text_with_digits_can_complete_a_value() -> None:
    assert not may_complete("Hello, are you open?")
    assert may_complete("the rest is 1111")
    assert may_complete("the rest is ١١١١")


_AROUND = st.text(alphabet="abc ,.!?\n", max_size=20)


@settings(max_examples=60, deadline=None)
@given(before=_AROUND, after=_AROUND, gap=st.sampled_from(["", " ", "-", ".", "  "]))
def test_nothing_that_must_go_is_found_in_what_is_stored(before: str, after: str, gap: str) -> None:
    written = gap.join(("4242", "4242", "4242", "4242"))
    screened = screen(f"{before} card {written} {after}")

    assert written not in screened.body
    left = [one for one in scan(screened.body) if one.type in REMOVED and one.confidence != "low"]
    assert not left
