"""The questions of a scorecard, what counts as an answer, and the score that follows. Plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from compliance.our_card import in_words

MOST_QUESTIONS, LONGEST_QUESTION, MOST_WEIGHT = 30, 200, 10
YES, NO, NOT_ASKED = "yes", "no", "na"
BEST = 5
FULL = 1000


class Kind(StrEnum):
    """How a question is answered."""

    YES_NO = "yes_no"
    RATING = "rating"
    TEXT = "text"


VALUES: Mapping[Kind, tuple[str, ...]] = {
    Kind.YES_NO: (YES, NO, NOT_ASKED),
    Kind.RATING: tuple(str(value) for value in range(1, BEST + 1)),
    Kind.TEXT: (),
}
"""The values that an answer may have; words have none."""


@dataclass(frozen=True)
class Question:
    """`key` stays the same from version to version, so that answers can be compared. `weight` 0 to 10, 0: it does not
    count. `critical`, of yes or no only: a no fails the whole.
    """

    key: str
    text: str
    kind: Kind = Kind.YES_NO
    required: bool = True
    weight: int = 1
    critical: bool = False

    @property
    def values(self) -> tuple[str, ...]:
        return VALUES[self.kind]


@dataclass(frozen=True)
class Answer:
    """One of `Question.values`, or words; both empty: not answered."""

    value: str = ""
    words: str = ""


@dataclass(frozen=True)
class Score:
    """`thousandths` of what the answered questions give; None when none of them counts. `fails`: a critical no."""

    thousandths: int | None
    fails: bool


def read(stored: Iterable[Mapping[str, Any]]) -> tuple[Question, ...]:
    """As a version keeps them; what stands on our own scorecard is in the language of whoever reads it."""
    return tuple(
        Question(one["key"], in_words(one["text"]), Kind(one["kind"]), one["required"], one["weight"], one["critical"])
        for one in stored
    )


def stored(questions: Iterable[Question]) -> list[dict[str, Any]]:
    """For a version to keep."""
    return [{**vars(one), "kind": one.kind.value} for one in questions]


def score(questions: Sequence[Question], answers: Mapping[str, Answer]) -> Score:
    """Yes is all of a question's weight, no nothing, 1 to 5 from nothing to all; what does not apply and words do not
    count. A critical no makes it 0. Rounded down, so that only what is perfect is 1000.
    """
    reached, possible = 0, 0
    for one in questions:
        value = answers.get(one.key, Answer()).value
        if value in {"", NOT_ASKED} or not one.weight:
            continue
        steps = BEST - 1
        possible += one.weight * steps
        reached += one.weight * (steps if value == YES else 0 if value == NO else int(value) - 1)
    fails = any(one.critical and answers.get(one.key, Answer()).value == NO for one in questions)
    if fails:
        return Score(0, fails=True)
    return Score(FULL * reached // possible if possible else None, fails=False)


def unanswered(questions: Iterable[Question], answers: Mapping[str, Answer]) -> list[Question]:
    """The required ones without an answer."""
    return [one for one in questions if one.required and not _is_answered(one, answers.get(one.key, Answer()))]


def _is_answered(question: Question, answer: Answer) -> bool:
    return bool(answer.words.strip()) if question.kind == Kind.TEXT else answer.value in question.values
