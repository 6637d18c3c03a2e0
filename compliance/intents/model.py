"""The linear model: for each intent the sum of the weights of what stands in a sentence; above 0 it is one.

Each sentence is judged by itself, so that a long text neither hides a question nor adds up to one.

The weights are learned by `make train-intents` from phrases of our own and lie in `data/weights.tsv`. A reason is a
feature with its weight; the reasons of an intent sum to its score.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import fsum
from typing import Literal, cast, get_args

from compliance.intents.features import features_of, windows
from compliance.intents.gate import may_hold_an_intent
from compliance.intents.words import Reader

IntentName = Literal["CONSENT_CONFUSION", "SENSITIVE_REQUEST", "CARD_OFFER"]
NAMES: tuple[IntentName, ...] = get_args(IntentName)
LEAST = 1e-6  # a score above 0, whatever the order of its weights does to the last digits
_DATA = ("lexicon.txt", "gate.tsv", "weights.tsv")

Row = tuple[float, float, float]  # a weight for each of NAMES


@dataclass(frozen=True, slots=True)
class Reason:
    """What spoke for an intent (weight above 0) or against it: words of the lexicon, or `always` for every text."""

    feature: str
    weight: float


@dataclass(frozen=True, slots=True)
class Intent:
    """Something a customer wants that is not to be settled by text. The score is log odds, above 0."""

    name: IntentName
    score: float
    reasons: tuple[Reason, ...]  # the strongest first


def read_weights(text: str) -> tuple[list[str], dict[str, Row]]:
    """The known words and the weights of a data file; ValueError when it is of other intents."""
    heading, known, *lines = text.splitlines()
    if tuple(heading.split("\t")[1:]) != NAMES:
        raise ValueError(f"These weights are not of {NAMES}")
    rows: dict[str, Row] = {}
    for line in lines:
        feature, *weights = line.split("\t")
        rows[feature] = cast(Row, tuple(map(float, weights)))
    return known.partition("\t")[2].split(), rows


def _read(name: str) -> str:
    return files("compliance.intents").joinpath("data", name).read_text(encoding="utf-8")


MODEL_VERSION = "1-" + hashlib.sha256("".join(map(_read, _DATA)).encode()).hexdigest()[:10]
_KNOWN, _WEIGHTS = read_weights(_read("weights.tsv"))
_ALWAYS = _WEIGHTS.pop("")
_READER = Reader(_KNOWN)


def classify(text: str) -> tuple[Intent, ...]:
    """What a customer's text wants that belongs elsewhere; empty for nearly every text.

    The text may be anything of any length; the time is in step with the length.
    """
    if not may_hold_an_intent(text):
        return ()
    best: dict[IntentName, Intent] = {}
    for sentence in _READER.read(text):
        for window in windows(sentence):
            for intent in _judge(features_of(window)):
                if intent.name not in best or intent.score > best[intent.name].score:
                    best[intent.name] = intent
    return tuple(best[name] for name in NAMES if name in best)


def _judge(features: Iterable[str]) -> list[Intent]:
    confused, asks, offers = _ALWAYS
    for feature in features:
        if row := _WEIGHTS.get(feature):
            confused += row[0]
            asks += row[1]
            offers += row[2]
    if confused <= 0 and asks <= 0 and offers <= 0:
        return []
    found = [feature for feature in features if feature in _WEIGHTS]
    return [_explain(place, found) for place, total in enumerate((confused, asks, offers)) if total > LEAST]


@cache
def _told(place: int, feature: str) -> tuple[float, str, bool, Reason]:
    """A feature's reason behind what it is sorted by, "" for `always`; kept, as there are only so many."""
    weight = _WEIGHTS[feature][place] if feature else _ALWAYS[place]
    reason = Reason(feature or "always", weight)
    return -abs(weight), reason.feature, bool(feature), reason


def _explain(place: int, features: Iterable[str]) -> Intent:
    told = sorted([_told(place, feature) for feature in ("", *features)])
    reasons = tuple([reason for *_, reason in told if reason.weight])
    return Intent(NAMES[place], fsum([reason.weight for reason in reasons]), reasons)
