"""Whether a text says that we reached somebody else; with the negatives of the domain notes (6.1)."""

from pathlib import Path

import pytest

from compliance.words.wrong_number import says_wrong_number

ROWS = [line.split("\t") for line in Path(__file__).with_name("wrong_numbers.tsv").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("text", [text for says, text in ROWS if says == "Y"])
def test_whoever_was_reached_by_mistake_is_heard(text: str) -> None:
    assert says_wrong_number(text), text


@pytest.mark.parametrize("text", [text for says, text in ROWS if says == "N"])
def test_other_texts_mean_no_wrong_number(text: str) -> None:
    assert says_wrong_number(text) is None, text


def test_the_contacts_own_name_needs_no_capital() -> None:
    assert says_wrong_number("this isnt maria", name="Maria Ruiz")
    assert says_wrong_number("i am not maria", name="María Ruiz")
    assert says_wrong_number("this isnt great", name="Maria Ruiz") is None


def test_a_long_letter_and_a_huge_text_are_no_wrong_number() -> None:
    assert says_wrong_number("wrong number " * 10_000) is None
    assert says_wrong_number("") is None
