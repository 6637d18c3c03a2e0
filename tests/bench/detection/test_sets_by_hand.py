"""The sets written message by message: labels point where they should, and what the detectors reached there stays."""

from collections import Counter
from itertools import pairwise

import pytest

from bench.detection.contestants import run_ours
from bench.detection.items import read_items
from bench.detection.scoring import NOTHING, count_labels, score
from bench.detection.sets import BY_HAND
from bench.detection.tables import INTENTS, TYPES


@pytest.fixture(scope="module")
def sets():
    return [list(read_items(path)) for path in BY_HAND.values()]


@pytest.fixture(scope="module")
def items(sets):
    return [item for one in sets for item in one]


def test_labels_hold_something_and_do_not_overlap(sets, items):
    assert len({item.id for item in items}) == len(items)
    for one in sets:  # two authors may both write "STOP", one of them writes it once
        assert len({item.text for item in one}) == len(one)
    for item in items:
        assert item.text == "\n".join(item.parts)
        spans = sorted((span.start, span.end) for span in item.labels)
        assert all(item.text[start:end] == item.text[start:end].strip() != "" for start, end in spans), item
        assert all(one[1] <= other[0] for one, other in pairwise(spans)), item
        assert item.direction == "in" or not item.intents


def test_what_was_reached_stays(items):
    reached = score(items, run_ours(items).predictions)
    assert reached.micro.f1 >= 0.99
    assert {kind: reached.types[kind].f1 for kind in TYPES if reached.types[kind].f1 < 0.96} == {}
    assert reached.micro_intents.f1 >= 0.97
    assert min(reached.intents[name].f1 for name in INTENTS) >= 0.965
    assert reached.flagged <= 0.003 * reached.benign


def test_each_kind_of_fault_that_was_mended_stays_so(items):
    later = [item for item in items if item.category.startswith("fourteenth/later_")]
    told = run_ours(later).predictions
    wrong = Counter(
        item.category.partition("later_")[2]
        for item in later
        if any(c.found < c.gold or c.wrong for c in count_labels(item, told.get(item.id, NOTHING).labels).values())
    )
    assert wrong <= Counter(nine_digits=1, enter_code=1)
    assert len({item.category for item in later}) == 17
