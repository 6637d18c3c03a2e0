"""Intents told from messages written by hand that the model did not learn from."""

import pytest

from bench.detection.items import Prediction
from bench.detection.scoring import score
from bench.detection.sets import own_items
from compliance.intents import classify


@pytest.fixture(scope="module")
def reached():
    items = list(own_items(("intents.txt", "intents_second.txt", "stories.txt", "ordinary.txt")))
    customers = [item for item in items if item.direction == "in"]
    said = {item.id: Prediction((), frozenset(i.name for i in classify(item.text))) for item in customers}
    return {"all": score(items, said), "second": score([i for i in items if i.category.startswith("second/")], said)}


@pytest.mark.parametrize("which", ["all", "second"])
def test_intents_are_told_well_enough(reached, which):
    assert reached[which].micro_intents.f1 >= 0.9
    assert min(count.f1 for count in reached[which].intents.values()) >= 0.8
    assert len(reached[which].intents) == 3


def test_ordinary_messages_are_left_alone(reached):
    assert reached["all"].benign > 1500
    assert reached["all"].flagged_at_all <= 0.003 * reached["all"].benign
