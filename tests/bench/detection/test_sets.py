"""Our own labelled sets are large, varied and rightly labelled; the grammar refuses what it does not understand."""

import random
from collections import Counter

import pytest

from bench.detection.check_digits import luhn_digit
from bench.detection.grammar import Drawing, draw_items, read_sections
from bench.detection.sets import own_items
from bench.detection.tables import INTENTS, TYPES
from bench.detection.values import VALUES


@pytest.fixture(scope="module")
def items():
    return list(own_items())


def drawn(line, head="test/lines in 1"):
    (section,) = read_sections(f"@ {head}\n{line}")
    (item,) = draw_items(section, VALUES, set(), "seed")
    return item


def test_there_are_thousands_of_messages_no_two_the_same(items):
    assert len(items) > 3500
    assert len({item.text for item in items}) == len({item.id for item in items}) == len(items)
    assert sum(item.benign for item in items) > 1500


def test_every_type_and_every_intent_is_there_many_times(items):
    kinds = Counter(span.type for item in items for span in item.labels)
    assert set(kinds) == set(TYPES)
    assert min(kinds.values()) >= 25
    intents = Counter(name for item in items for name in item.intents)
    assert set(intents) == set(INTENTS)
    assert min(intents.values()) >= 100


def test_labels_point_into_the_message_and_not_over_its_ends(items):
    for item in items:
        assert item.text == "\n".join(item.parts)
        breaks, place = set(), -1
        for part in item.parts[:-1]:
            place += len(part) + 1
            breaks.add(place)
        for span in item.labels:
            assert 0 <= span.start < span.end <= len(item.text)
            assert any(sign.isalnum() for sign in item.text[span.start : span.end])
            assert not breaks & set(range(span.start, span.end)), item


def test_card_numbers_prove_right(items):
    numbers = [
        "".join(sign for sign in item.text[span.start : span.end] if sign.isdigit())
        for item in items
        for span in item.labels
        if item.category == "card/as-printed" and span.type == "PAYMENT_CARD"
    ]
    assert len(numbers) > 50
    assert all(luhn_digit(number[:-1]) == number[-1] for number in numbers)


def test_the_same_messages_come_each_time(items):
    again = own_items()
    assert [next(again) for _ in range(100)] == items[:100]


def test_a_value_over_messages_is_fragments_of_one_group():
    item = drawn("card {card.messages} // ok", "test/card in 1 CARD_OFFER")
    assert len(item.parts) >= 3
    assert len({span.group for span in item.labels}) == 1 < len(item.labels)
    assert (item.intents, item.ignore_intents) == (frozenset(), {"CARD_OFFER"})


def test_choices_options_labels_and_quoted_signs():
    assert drawn(r"a(b|b)[]\(c\)¶d").text == "ab(c)\nd"
    item = drawn("I have <HEALTH_INFO:(flu|flu)> and <:1234>")
    assert [(span.type, item.text[span.start : span.end]) for span in item.labels] == [("HEALTH_INFO", "flu")]
    assert [item.text[span.start : span.end] for span in item.ignore] == ["1234"]
    assert not item.benign


def test_a_label_around_a_value_counts_once():
    assert [span.type for span in drawn("balance <FINANCIAL_INFO:about {sum}>").labels] == ["FINANCIAL_INFO"]


@pytest.mark.parametrize("line", ["(a|b", "a)", "[a", "<HEALTH_INFO:a", "a|b", "a]", "{card"])
def test_a_line_that_is_not_closed_is_refused(line):
    with pytest.raises(ValueError):  # noqa: PT011 -- "substring not found" is said, too
        Drawing(line, VALUES, random.Random(1))  # noqa: S311


def test_an_unknown_value_is_refused():
    with pytest.raises(KeyError):
        Drawing("{nothing}", VALUES, random.Random(1))  # noqa: S311


def test_a_line_before_the_first_section_is_refused():
    with pytest.raises(ValueError, match="Before the first section"):
        read_sections("hello")
