"""What a scorecard's answers come to."""

import pytest

from compliance.reviewing.questions import Answer, Kind, Question, read, score, stored, unanswered

TOLD = Question("a", "Told who we are?", weight=2)
KIND = Question("b", "How kind?", Kind.RATING, weight=3)
SAFE = Question("c", "Nothing shared?", critical=True)
WORDS = Question("d", "What else?", Kind.TEXT, required=False, weight=5)
CARD = (TOLD, KIND, SAFE, WORDS)


def answers(**values):
    return {key: Answer(value) for key, value in values.items()}


@pytest.mark.parametrize(
    ("said", "thousandths", "fails"),
    [
        (answers(a="yes", b="5", c="yes"), 1000, False),
        (answers(a="no", b="1", c="yes"), 166, False),  # 1 of 6
        (answers(a="yes", b="4", c="yes"), 875, False),  # (2 + 3 * 3/4 + 1) / 6
        (answers(a="na", b="3", c="na"), 500, False),
        (answers(a="na", c="na"), None, False),
        (answers(a="yes", b="5", c="no"), 0, True),
        ({"d": Answer(words="Much.")}, None, False),
    ],
)
def test_a_score_is_what_the_answers_give_of_what_they_could(said, thousandths, fails):
    assert vars(score(CARD, said)) == {"thousandths": thousandths, "fails": fails}


def test_required_ones_need_an_answer_of_their_kind():
    assert unanswered(CARD, answers(a="yes", b="6", c="na")) == [KIND]
    assert unanswered((Question("w", "Say", Kind.TEXT),), {"w": Answer(words="  ")})


def test_what_a_version_keeps_reads_back():
    assert read(stored(CARD)) == CARD
