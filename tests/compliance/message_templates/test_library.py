"""What ships with Parley passes what Parley asks of others."""

from collections import Counter

import pytest

from compliance.content_types.kinds import ADMINISTRATIVE, ContentType
from compliance.message_templates import library
from compliance.message_templates.checking import LONGEST, Weight, against, judge_all
from compliance.message_templates.placeholders import names_in, unknown_in
from compliance.message_templates.writing import LONGEST_NAME, SHORTCUT


@pytest.mark.parametrize("example", library.examples(), ids=lambda one: one.key)
def test_each_could_be_published_as_it_is_in_english_and_spanish(example):
    assert example.languages == ("en", "es")
    flaws = against(judge_all(example.type, example.languages, example.bodies), Weight.NEVER, Weight.BEFORE)
    assert flaws == []
    assert SHORTCUT.fullmatch(example.shortcut)
    assert len(example.name) <= LONGEST_NAME
    english, spanish = example.bodies.values()
    assert set(names_in(english)) == set(names_in(spanish)), "both ask for the same values"
    assert not unknown_in(english + spanish)
    assert max(len(english), len(spanish)) < LONGEST / 3


def test_every_type_that_is_no_offer_has_five_or_more_and_no_shortcut_stands_twice():
    of_type = Counter(one.type for one in library.examples())
    assert {type for type, number in of_type.items() if number >= 5} == {*ADMINISTRATIVE, ContentType.REPLY}
    for unique in ("key", "name", "shortcut"):
        values = [getattr(one, unique) for one in library.examples()]
        assert len(values) == len(set(values))


def test_an_example_spoilt_by_hand_does_not_pass():
    example = library.example("appointment-reminder")
    spoilt = {"en": "Hi {first_name}, we see you soon. Reply YES to confirm."}
    flaws = against(judge_all(example.type, ("en",), spoilt), Weight.BEFORE)
    assert len(flaws) == 2, "no date or time, and a word that carriers take for opting in"
