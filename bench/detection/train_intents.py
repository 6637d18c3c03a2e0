"""`make train-intents`: learn the weights of `compliance/intents/data/weights.tsv` from the phrases of `phrases/`.

Logistic regression for each intent over the features of `compliance.intents.features`, by AdaGrad with a fixed seed and
order: the same phrases give the same bytes. `--check` leaves out one part of the families of phrases after the other,
learns from the rest, and tells how well what was left out is understood.
"""

import argparse
import hashlib
import math
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from bench.detection.items import Item, Prediction
from bench.detection.phrase_texts import PHRASES, as_people_write, draw_phrases, family_of, known_words
from bench.detection.scoring import score
from bench.detection.tables import INTENTS
from compliance.intents.features import MOST_WORDS, features_of, windows
from compliance.intents.gate import Gate
from compliance.intents.words import EDGE, UNKNOWN, Reader

WEIGHTS = Path(__file__).resolve().parents[2] / "compliance" / "intents" / "data" / "weights.tsv"
GATE = WEIGHTS.with_name("gate.tsv")
SEED = "training 1"
ROUNDS, RATE, SHRINK = 8, 0.1, 3e-3
AVERAGED = 4
CAUTION = 0.7  # taken from what every text has: most texts are of no intent, more than among the phrases
SMALLEST = 0.06  # weights below are left out
FEWEST = 8  # examples a feature must stand in
FOLDS = 5
GATE_CARE = 3  # how much worse it is to shut out a text of an intent than to look at another
GATE_SHUTS_OUT = 0.01  # share of texts of an intent
EVERYDAY = {"plain/chatter", "plain/long", "plain/tell"}  # families that are as most texts are

Weights = dict[str, list[float]]  # by feature, a weight for each of INTENTS; "" is what every text has


@dataclass(frozen=True, slots=True)
class Example:
    """What a text shows: its features and its intents, as numbers."""

    features: tuple[int, ...]
    intents: tuple[bool, ...]


def train(texts: Sequence[tuple[str, Item]], known: Sequence[str]) -> Weights:
    """Weights learned from the texts, rounded to hundredths, the small ones left out."""
    reader = Reader(known)
    rows = [(read_features(text, reader), item) for text, item in texts]
    names = _numbered([features for features, _ in rows])
    examples = [
        Example(
            tuple(sorted(names[feature] for feature in features if feature in names)),
            tuple(intent in item.intents for intent in INTENTS),
        )
        for features, item in rows
    ]
    learned: Weights = {}
    columns = [_learn(examples, len(names), place) for place in range(len(INTENTS))]
    for feature, number in names.items():
        values = [round(column[number], 2) for column in columns]
        if feature == "" or max(map(abs, values)) >= SMALLEST:
            learned[feature] = [value if abs(value) >= SMALLEST or feature == "" else 0.0 for value in values]
    learned[""] = [round(value - CAUTION, 2) for value in learned[""]]
    return learned


def read_features(text: str, reader: Reader) -> set[str]:
    """The features of a phrase, as one sentence, and the one that every text has."""
    tokens = [EDGE, *(token for sentence in reader.read(text) for token in sentence[1:])]
    return features_of(tokens[:MOST_WORDS]) | {""}


def _numbered(rows: Sequence[set[str]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for features in rows:
        for feature in features:
            counts[feature] = counts.get(feature, 0) + 1
    return {feature: place for place, feature in enumerate(sorted(f for f, n in counts.items() if n >= FEWEST))}


def _learn(examples: Sequence[Example], width: int, intent: int) -> list[float]:
    """One column of weights, by steps that shrink with what a weight has moved; the mean of the last rounds."""
    weights, moved, mean = [0.0] * width, [1e-3] * width, [0.0] * width
    chance = random.Random(SEED)  # noqa: S311 -- the same order each time
    order = list(range(len(examples)))
    for turn in range(ROUNDS):
        chance.shuffle(order)
        for number in order:
            example = examples[number]
            total = sum(map(weights.__getitem__, example.features))
            wrong = 1 / (1 + math.exp(-max(-30.0, min(30.0, total)))) - example.intents[intent]
            if -0.02 < wrong < 0.02:
                continue
            for feature in example.features:
                slope = wrong + SHRINK * weights[feature]
                moved[feature] += slope * slope
                weights[feature] -= RATE * slope / math.sqrt(moved[feature])
        if turn >= ROUNDS - AVERAGED:
            mean = [one + weight / AVERAGED for one, weight in zip(mean, weights, strict=True)]
    return mean


def fingerprint() -> str:
    """Of all that the weights depend on: the phrases, the lexicon and how it is learned."""
    own = Path(__file__)
    package = WEIGHTS.parents[1]
    files = [
        own,
        own.with_name("phrase_texts.py"),
        package / "words.py",
        package / "features.py",
        WEIGHTS.with_name("lexicon.txt"),
    ]
    files += sorted(PHRASES.glob("*.txt"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def learn_gate(texts: Sequence[tuple[str, Item]], known: Sequence[str]) -> tuple[dict[str, float], float]:
    """Weights of single words, none below 0, and how much lets nearly every text of an intent through.

    Learned against everyday texts: those that only sound like an intent are rare, and for the model to judge.
    """
    texts = [(text, item) for text, item in texts if item.intents or item.category in EVERYDAY]
    reader = Reader(known)
    rows = [({*chain.from_iterable(reader.read(text))} - {EDGE, UNKNOWN}, bool(item.intents)) for text, item in texts]
    weights = dict.fromkeys(sorted(set().union(*(words for words, _ in rows))), 0.0)
    bias = -3.0
    chance = random.Random(SEED)  # noqa: S311 -- the same order each time
    order = [(sorted(words), wanted) for words, wanted in rows]
    for step in (0.1, 0.05, 0.02, 0.01):
        chance.shuffle(order)
        for words, wanted in order:
            total = bias + sum(map(weights.__getitem__, words))
            wrong = 1 / (1 + math.exp(-max(-30.0, min(30.0, total)))) - wanted
            move = step * wrong * (GATE_CARE if wanted else 1)
            bias -= move
            for word in words:
                weights[word] = max(0.0, weights[word] - move)
    rounded = {word: round(weight, 1) for word, weight in weights.items() if weight >= 0.1}
    gate = Gate(rounded, 0.0)
    sums = sorted(gate.weigh(item.text) for _, item in texts if item.intents)
    return rounded, round(sums[int(len(sums) * GATE_SHUTS_OUT)] - 0.05, 2)


def write_weights(weights: Weights, known: Sequence[str], path: Path) -> None:
    """The data file: a line of known words, then a feature and its three weights a line."""
    lines = [
        "\t".join((f"# learned by make train-intents from {fingerprint()}", *INTENTS)),
        "# known\t" + " ".join(known),
    ]
    for feature in sorted(weights):
        lines.append("\t".join([feature, *(f"{value:g}" for value in weights[feature])]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_gate(words: Mapping[str, float], enough: float, path: Path) -> None:
    """The gate's data file."""
    lines = [f"# learned by make train-intents from {fingerprint()}", f"enough\t{enough:g}"]
    lines += [f"{word}\t{weight:g}" for word, weight in sorted(words.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def predict(text: str, weights: Mapping[str, Sequence[float]], reader: Reader) -> Prediction:
    """What these weights say about a text that the gate lets through, as `compliance.intents.classify` does."""
    said: set[str] = set()
    for window in (part for sentence in reader.read(text) for part in windows(sentence)):
        found = [weights[feature] for feature in (*features_of(window), "") if feature in weights]
        said |= {name for place, name in enumerate(INTENTS) if sum(row[place] for row in found) > 0}
    return Prediction((), frozenset(said))


def check() -> None:
    """Leave out families of phrases, and tell how well they are understood all the same."""
    items = draw_phrases()
    lines = sorted({family_of(item) for item in items})
    everything, predictions = [], {}
    for fold in range(FOLDS):
        left_out = set(lines[fold::FOLDS])
        learned = [item for item in items if family_of(item) not in left_out]
        known = known_words(learned)
        weights = train(as_people_write(learned), known)
        reader = Reader(known)
        tested = [replace(item, labels=()) for item in items if family_of(item) in left_out]
        predictions |= {item.id: predict(item.text, weights, reader) for item in tested}
        everything += tested
    result = score(everything, predictions)
    for name in INTENTS:
        one = result.intents[name]
        print(f"{name:20} {one.gold:5} precision {one.precision:.3f} recall {one.recall:.3f} F1 {one.f1:.3f}")
    print(f"{'together':20} {len(everything):5} F1 {result.micro_intents.f1:.3f}")
    for family in sorted({item.category for item in items}):
        mine = [item for item in everything if item.category == family]
        bad = [item.text for item in mine if predictions[item.id].intents != item.intents]
        print(f"  {family:26} {len(bad):4} of {len(mine):4} wrong: {bad[:: max(1, len(bad) // 6)][:6]}")


def main() -> None:
    """Train and write, or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="leave out families of phrases instead of writing")
    start = time.perf_counter()
    if parser.parse_args().check:
        check()
    else:
        items = draw_phrases()
        known = known_words(items)
        texts = as_people_write(items)
        weights = train(texts, known)
        write_weights(weights, known, WEIGHTS)
        words, enough = learn_gate(texts, known)
        write_gate(words, enough, GATE)
        gate = Gate(words, enough)
        shut = [item.text for item in items if item.intents and not gate.lets_through(item.text)]
        passing = [item for item in items if not item.intents and gate.lets_through(item.text)]
        print(f"The gate lets through {len(passing)} of {sum(not item.intents for item in items)} without an intent")
        print(f"{len(texts):,} texts, {len(weights):,} features, {len(known)} words")
        print(f"The gate shuts out {len(shut)}: {shut[:40]}")
    print(f"{time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
