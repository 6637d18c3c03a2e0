"""What `python -m bench.detection.fuzz` found: each text broke a rule once, and none may again."""

import json
from pathlib import Path

import pytest

from bench.detection.fuzz import checked, texts, wrong_with

CASES = [json.loads(line) for line in Path(__file__).with_name("fuzz_cases.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_it_breaks_no_rule_again(case: dict[str, str]) -> None:
    assert checked(case["text"], wrong_with) == ""


def test_a_seed_makes_the_same_texts_and_the_first_of_them_break_no_rule() -> None:
    first, again = texts(7), texts(7)
    for _ in range(300):
        text = next(first)
        assert text == next(again)
        assert checked(text, wrong_with) == "", text


def test_what_breaks_a_rule_is_seen() -> None:
    assert checked("x", lambda text: text[5]) == "raised IndexError"
