"""The linear model: for each intent the sum of the weights of what stands in a sentence; above 0 it is one.

Each sentence is judged by itself, so that a long text neither hides a question nor adds up to one.

The weights are learned by `make train-intents` from phrases of our own and lie in `data/weights.tsv`. A reason is a
feature with its weight; the reasons of an intent sum to its score.
"""

import hashlib
from collections.abc import Iterable
from importlib.resources import files
from math import fsum
from typing import Final, Literal, NamedTuple, cast, get_args

from compliance.intents.features import windows
from compliance.intents.gate import may_hold_an_intent
from compliance.intents.known import ALWAYS, Feature, Known
from compliance.intents.words import Reader

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
_READER: Final = Reader(_READ[0])
KNOWN: Final = Known(_READ[1], _READER.names())


def classify(text: str) -> tuple[Intent, ...]:
    """What a customer's text wants that belongs elsewhere; empty for nearly every text.

    The text may be anything of any length; the time is in step with the length.
    """
    if not may_hold_an_intent(text):
        return ()
    best: dict[str, Intent] = {}
    for sentence in _READER.read(text):
        for window in windows(sentence):
            _judge(KNOWN.features_of(window), best)
    return tuple([best[name] for name in NAMES if name in best]) if best else ()


def _judge(features: Iterable[Feature], best: dict[str, Intent]) -> None:
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


def _explain(place: int, features: Iterable[Feature], best: dict[str, Intent]) -> None:
    ranks = [feature.ranks[place] for feature in features]
    ranks.append(KNOWN.always.ranks[place])
    ranks.sort()
    ranked = KNOWN.ranked[place]
    reasons = tuple([_told(place, ranked[rank]) for rank in ranks if rank >= 0])
    score = fsum([reason.weight for reason in reasons])
    name = NAMES[place]
    if name not in best or score > best[name].score:
        best[name] = Intent(name, score, reasons)


def _told(place: int, feature: Feature) -> Reason:
    """A feature's reason; kept with the feature, as there are only so many."""
    if feature.told is None:
        feature.told = [None] * len(NAMES)
    kept: Reason | None = feature.told[place]
    if kept is None:
        kept = feature.told[place] = Reason(feature.name or ALWAYS, feature.weight(place))
    return kept
