"""What must hold of any text whatever."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compliance.detectors import mask, scan
from tests.scaling import grows_in_step

PIECES = st.sampled_from(
    [
        "4111 1111 1111 1111", "5105105105105100", "378282246310005", "ssn 529-43-1187", "078-05-1120",
        "routing 021000021", "account 00998877665", "GB82 WEST 1234 5698 7654 32", "dob 03/04/1961",
        "password: Hunter2!x", "code 481516",
        "I have diabetes", "my salary is $52,000", "exp 04/31 cvv 123", "MRN 00482913", "passport L898902C3", "order",
        "[card ••••1111]", "[secret]", "card", "pin", "\n", " ", "-", "4", "1111", "four one one one", "é", "４", "4️⃣",
        "\u200b",
        "\ud800", "\x00", "o", "$", "is", "my",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=9).map(" ".join) | st.lists(PIECES, max_size=9).map("".join)


@settings(max_examples=120, deadline=None)
@given(TEXTS)
@example("my pin is 4111 1111 1111 1111")
@example("cvv 4111111111111111")
def test_a_text_in_which_everything_is_masked_holds_nothing(text: str) -> None:
    for direction in ("in", "out"):
        masked = mask(text, scan(text, direction=direction), direction=direction)

        assert scan(masked, direction=direction) == (), masked


@settings(max_examples=80, deadline=None)
@given(TEXTS)
def test_places_are_inside_the_original_and_apart_and_scores_are_explained(text: str) -> None:
    last = 0
    for finding in scan(text):
        assert last <= finding.start < finding.end <= len(text)
        assert any(char.isalnum() for char in text[finding.start : finding.end])
        assert finding.score == sum(reason.weight for reason in finding.reasons)
        assert finding.masked
        last = finding.end


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=4))
def test_any_texts_can_be_scanned(texts: list[str]) -> None:
    assert scan(texts) == scan("\n".join(texts))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        ["4111111111111111", "5555555555554444", "2223003122003222", "6011111111111117", "3530111333300000"]
    ),
    st.sampled_from([" ", "-", ".", "\u00a0", "–", " - ", "/", "\u200b", "_", "*"]),
    st.sampled_from([4, 8, 2, 1]),
    st.sampled_from(["{}", "take it off {} please", "card number {}, thanks", "¿es {}?", "👉{}👈"]),
)
def test_a_card_is_found_with_any_separator(number: str, separator: str, size: int, around: str) -> None:
    written = separator.join(number[place : place + size] for place in range(0, len(number), size))
    text = around.format(written)

    assert [text[found.start : found.end] for found in scan(text) if found.type == "PAYMENT_CARD"] == [written]


@settings(max_examples=40, deadline=None)
@given(TEXTS | st.text(max_size=60), st.sampled_from("é–4\u200b\ue000"))
def test_a_plain_text_is_read_like_one_that_is_not(text: str, other: str) -> None:
    """Plain ASCII is looked at as bytes. One sign more, far behind, makes every look the long way."""
    plain = "".join(char for char in text if char.isascii() and (char.isprintable() or char == "\n"))
    apart = "\n" + " " * 130

    found = [one for one in scan(plain + apart + other) if one.start < len(plain)]

    assert found == list(scan(plain + apart))


def test_letters_around_a_digit_are_no_phrase() -> None:
    assert {one.type for one in scan("our a1c, 902 334 112 was", direction="out")} == {"HEALTH_INFO"}
    assert {one.type for one in scan("our a/c, 902 334 112 was", direction="out")} == {"BANK_ACCOUNT"}


EVERY_DETECTOR = "my card, account, ssn, dob, password, balance of $5, code, i have asthma "


@pytest.mark.parametrize(
    "piece",
    [
        "1", "1 ", "4 1 ", "4111 1111 1111 111", "a", "card ", "card 4111 ", "account 123456 ", "password is ", "pin:",
        "e\u0301", "4\u20e3", "\n1", "- ", "my ", "i have ", "four one ", "one\n", "de12 ",
        "$5 ", "balance $5 ", "12/25 ", "a1b2-",
        ". . ", "o1", "ssn 371\n68 ", "a1c 7 ", "\n8 is23", "is 41\n", "\ngb8 2", "123-45-6789 ",
        "4#", "4\x01", "1/1/90 dob ", "pw8890\U0001340d",
    ],
)  # fmt: skip
def test_time_grows_in_step_with_hostile_text(piece: str) -> None:
    def work(size: int) -> object:
        return scan(EVERY_DETECTOR + piece * (size // len(piece)))

    assert grows_in_step(work, size=1_000, times=6, at_most=14, floor=0.002)


@pytest.mark.parametrize(
    "piece",
    [
        "been feeling suicidal again ", "taking gabapentin ", "biopsy shows a nodule ", "owe $5 ",
        "sam has asthma cant make it ", "no tumor was ",
    ],
)  # fmt: skip
def test_one_sentence_without_an_end_costs_in_step_with_its_length(piece: str) -> None:
    def work(size: int) -> object:
        return scan(piece * (size // len(piece)))

    assert grows_in_step(work, size=5_000, times=6, at_most=14, floor=0.002)
