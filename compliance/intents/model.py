"""The linear model: for each intent the sum of the weights of what stands in a sentence; above 0 it is one.

Each sentence is judged by itself, so that a long text neither hides a question nor adds up to one.

The weights are learned by `make train-intents` from phrases of our own and lie in `data/weights.tsv`. A reason is a
feature with its weight; the reasons of an intent sum to its score.
"""

import hashlib
from importlib.resources import files
from math import fsum
from typing import Final, Literal, NamedTuple, cast, get_args

from compliance.intents.features import MOST_WORDS
from compliance.intents.gate import read_gate
from compliance.intents.known import ALWAYS, Feature, Known, Word
from compliance.intents.words import read_lexicon

IntentName = Literal["CONSENT_CONFUSION", "SENSITIVE_REQUEST", "CARD_OFFER"]
NAMES: Final[tuple[IntentName, ...]] = get_args(IntentName)
LEAST: Final = 1e-6  # a score above 0, whatever the order of its weights does to the last digits
_DATA: Final = ("lexicon.txt", "gate.tsv", "weights.tsv")

Row = tuple[float, float, float]  # a weight for each of NAMES


class Reason(NamedTuple):
    """What spoke for an intent (weight above 0) or against it: words of the lexicon, or `always` for every text."""

    feature: str
    weight: float


class Intent(NamedTuple):
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


def read_data(name: str) -> str:
    """A data file of the intents, by its name."""
    return files("compliance.intents").joinpath("data", name).read_text(encoding="utf-8")


MODEL_VERSION: Final = "1-" + hashlib.sha256("".join(map(read_data, _DATA)).encode()).hexdigest()[:10]
_READ: Final = read_weights(read_data("weights.tsv"))
_GATE: Final = read_gate(read_data("gate.tsv"))
_ENOUGH: Final = _GATE[1]
KNOWN: Final = Known(_READ[1], {word: word for word in _READ[0]} | read_lexicon(), _GATE[0])
_TOLD: Final[list[list[Reason | None]]] = [[None] * len(ranked) for ranked in KNOWN.ranked]
"""For each intent the reasons that were told already, by their rank: few ever are."""


def classify(text: str) -> tuple[Intent, ...]:
    """What a customer's text wants that belongs elsewhere; empty for nearly every text.

    The text may be anything of any length; the time is in step with the length.
    """
    words = KNOWN.read(text)
    weight = 0.0
    for word in words:
        weight += word.weight
    if weight < _ENOUGH:
        return ()
    best: dict[str, Intent] = {}
    for sentence in KNOWN.sentences(words):
        if len(sentence) <= MOST_WORDS:
            _judge(KNOWN.features_of(sentence), best)
        else:
            for window in _windows(sentence):
                _judge(KNOWN.features_of(window), best)
    return tuple([best[name] for name in NAMES if name in best]) if best else ()


def _windows(sentence: list[Word]) -> list[list[Word]]:
    """Overlapping parts of a long sentence, as `features.windows` has them."""
    half = MOST_WORDS // 2
    return [sentence[start : start + MOST_WORDS] for start in range(0, len(sentence) - half, half)]


def _judge(features: set[Feature], best: dict[str, Intent]) -> None:
    """Put the intents of a sentence among the best of its text, where they are."""
    always = KNOWN.always
    confused, asks, offers = always.confused, always.asks, always.offers
    for feature in features:
        confused += feature.confused
        asks += feature.asks
        offers += feature.offers
    if confused > LEAST:
        _explain(0, features, best)
    if asks > LEAST:
        _explain(1, features, best)
    if offers > LEAST:
        _explain(2, features, best)


def _explain(place: int, features: set[Feature], best: dict[str, Intent]) -> None:
    ranks = [feature.rank(place) for feature in features]
    ranks.append(KNOWN.always.rank(place))
    ranks.sort()
    told = _TOLD[place]
    found: list[Reason] = []
    for rank in ranks:
        if rank >= 0:
            reason = told[rank]
            if reason is None:
                feature = KNOWN.ranked[place][rank]
                reason = told[rank] = Reason(feature.name or ALWAYS, feature.weight(place))
            found.append(reason)
    weights = [feature.weight(place) for feature in features]
    weights.append(KNOWN.always.weight(place))
    score = fsum(weights)
    name = NAMES[place]
    if name not in best or score > best[name].score:
        best[name] = Intent(name, score, tuple(found))
