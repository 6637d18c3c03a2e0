"""The rules of scoring, each by a case small enough to count by hand."""

import pytest

from bench.detection.items import Item, Prediction, Span
from bench.detection.scoring import count_labels, score

CARD = "card 4000 1234 5678 9010 ok"  # 16 digits from 5 to 24


def item(text, *labels, **more):
    return Item(id="1", text=text, direction="in", parts=tuple(text.split("\n")), labels=labels, **more)


def counted(one, kind, *said):
    count = count_labels(one, [Span(kind, start, end) for start, end in said])[kind]
    return count.gold, count.found, count.right, count.wrong


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([(5, 24)], (1, 1, 1, 0)),
        ([(0, 24)], (1, 1, 1, 0)),  # "card" is 4 of 20 signs
        ([(5, 20)], (1, 0, 1, 0)),  # 12 of 16 digits, "fewer than 80 %"
        ([(5, 21)], (1, 1, 1, 0)),  # 13 of 16
        ([(5, 14), (15, 24)], (1, 1, 2, 0)),  # two halves together
        ([(0, 6)], (1, 0, 0, 1)),  # one digit of five signs
        ([], (1, 0, 0, 0)),
    ],
)
def test_an_identifier_is_found_when_four_fifths_are_covered(said, expected):
    assert counted(item(CARD, Span("PAYMENT_CARD", 5, 24)), "PAYMENT_CARD", *said) == expected


def test_another_type_finds_nothing_and_is_wrong():
    counts = count_labels(item(CARD, Span("PAYMENT_CARD", 5, 24)), [Span("IBAN", 5, 24)])
    assert (counts["PAYMENT_CARD"].found, counts["IBAN"].wrong) == (0, 1)


def test_spaces_and_marks_do_not_count():
    text = "1 - - - - - - - - - 2"
    assert counted(item(text, Span("US_SSN", 0, 1)), "US_SSN", (0, 21)) == (1, 1, 1, 0)


def test_fragments_of_a_group_are_one_value():
    text = "4000\n1234\n5678\n9010"
    spans = [Span("PAYMENT_CARD", start, start + 4, "1") for start in (0, 5, 10, 15)]
    assert counted(item(text, *spans), "PAYMENT_CARD", (0, 4), (5, 9), (10, 14)) == (1, 0, 3, 0)
    assert counted(item(text, *spans), "PAYMENT_CARD", (0, 19)) == (1, 1, 1, 0)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([(60, 70)], (1, 1, 1, 0)),
        ([(69, 71)], (1, 1, 1, 0)),  # any overlap will do
        ([(21, 70)], (1, 1, 1, 0)),  # 49 long: 3 x 10 and 20 are 50
        ([(0, 70)], (1, 0, 0, 1)),  # too long
        ([(0, 5)], (1, 0, 0, 1)),
    ],
)
def test_a_health_phrase_is_found_by_touching_it_with_something_not_much_longer(said, expected):
    assert counted(item("x" * 80, Span("HEALTH_INFO", 60, 70)), "HEALTH_INFO", *said) == expected


@pytest.mark.parametrize(("of", "wrong"), [("", 0), ("IBAN", 0), ("US_SSN", 1)])
def test_what_lies_in_an_ignored_span_is_neither_right_nor_wrong(of, wrong):
    grey = item("number 123456789 here", ignore=(Span(of, 7, 16),))
    assert counted(grey, "IBAN", (7, 16)) == (0, 0, 0, wrong)


def test_a_prediction_mostly_outside_an_ignored_span_is_wrong():
    grey = item("number 123456789 here", ignore=(Span("", 7, 9),))
    assert counted(grey, "IBAN", (7, 16)) == (0, 0, 0, 1)


def test_only_items_with_nothing_in_them_are_benign():
    items = [
        Item("a", "hello", "in", ("hello",)),
        Item("b", "who is this", "in", ("who is this",), intents=frozenset({"CONSENT_CONFUSION"})),
        Item("c", "12345", "in", ("12345",), ignore=(Span("", 0, 5),)),
        Item("d", "bye now", "in", ("bye now",)),
    ]
    said = {name: Prediction((Span("IBAN", 0, 5),)) for name in "abc"} | {"d": Prediction((), frozenset({"X"}))}
    result = score(items, said)
    assert (result.benign, result.flagged, result.flagged_at_all) == (2, 1, 2)


def test_intents_count_once_per_item_unless_they_are_ignored():
    both = frozenset({"CARD_OFFER", "SENSITIVE_REQUEST"})
    items = [
        Item("a", "x", "in", ("x",), intents=frozenset({"CARD_OFFER"})),
        Item("b", "y", "in", ("y",), ignore_intents=frozenset({"CARD_OFFER"})),
        Item("c", "z", "in", ("z",), intents=frozenset({"CARD_OFFER"})),
    ]
    result = score(items, {"a": Prediction((), both), "b": Prediction((), both)})
    card, request = result.intents["CARD_OFFER"], result.intents["SENSITIVE_REQUEST"]
    assert (card.gold, card.found, card.right, card.wrong) == (2, 1, 1, 0)
    assert (request.gold, request.right, request.wrong) == (0, 0, 2)
    assert (card.precision, card.recall, round(card.f1, 3)) == (1.0, 0.5, 0.667)


def test_micro_adds_all_types_before_dividing():
    one = item("aa bb cc", Span("IBAN", 0, 2), Span("US_SSN", 3, 5))
    total = score([one], {"1": Prediction((Span("IBAN", 0, 2), Span("US_SSN", 6, 8)))}).micro
    assert (total.gold, total.found, total.right, total.wrong, total.f1) == (2, 1, 1, 1, 0.5)
