"""What is as loud as spam is said to whoever writes it, and leaves all the same."""

import pytest

from compliance.content_types.loud import Loud, loud
from tenancy.isolation import activate
from tests.scaling import grows_in_step
from tests.texting.desk import Desk, desk
from texting import sending

__all__ = ["desk"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("URGENT: call us", [(Loud.SHOUTS, "URGENT")]),
        ("Reply CONFIRM to keep it", []),
        ("HARBOR DENTAL: see you at 9", []),
        ("Bring the HIPAA form. Text STOP to opt out", []),
        ("ID AB1234567 and COVID19TEST", []),
        ("Are you coming???", [(Loud.MARKS, "???")]),
        ("Are you coming?!", []),
        ("Thanks 🎉🎉🎉", [(Loud.EMOJI, "🎉🎉🎉")]),
        ("Thanks 👍🏽 👩‍⚕️", []),
        ("You are a winner, act now", [(Loud.LURES, "winner")]),
        ("Feel free to call. Are you free at 3?", []),
        ("", []),
    ],
)
def test_each_kind_is_told_and_ordinary_words_are_not(text, found):
    assert list(loud(text, names="Harbor Dental")) == found


def test_its_author_is_told_and_it_leaves(desk: Desk):
    conversation = desk.hear()
    with activate(desk.organization):
        outcome = sending.preview(conversation=conversation, body="URGENT!!! Call us", author=desk.cast.agent)
        warned = [one.rule for one in outcome.warnings]
    assert "loud.shouts" in warned
    assert desk.answer(conversation, "URGENT!!! Call us").status == "queued"


@pytest.mark.parametrize("piece", ["A", "AB1", "!?", "🎉\u200d", "free ", "reply "])
def test_the_time_is_in_step_with_the_length(piece):
    def work(size):
        return list(loud((piece * size)[:size]))

    assert grows_in_step(work, size=20_000, times=4, at_most=8, floor=0.001)
