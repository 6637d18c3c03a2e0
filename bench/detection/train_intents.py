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
from pathlib import Path

from bench.detection.items import Item, Prediction
from bench.detection.phrase_texts import PHRASES, as_people_write, draw_phrases, known_words
from bench.detection.scoring import score
from bench.detection.tables import INTENTS
from compliance.intents.features import MOST_WORDS, features_of, windows
from compliance.intents.gate import may_hold_an_intent
from compliance.intents.words import EDGE, Reader

WEIGHTS = Path(__file__).resolve().parents[2] / "compliance" / "intents" / "data" / "weights.tsv"
SEED = "training 1"
ROUNDS, RATE, SHRINK = 6, 0.1, 1e-4
SMALLEST = 0.06  # weights below are left out
FEWEST = 6  # examples a feature must stand in
FOLDS = 5

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
    """One column of weights, by stochastic steps whose length shrinks with what a weight has moved already."""
    weights, moved = [0.0] * width, [1e-3] * width
    chance = random.Random(SEED)  # noqa: S311 -- the same order each time
    order = list(range(len(examples)))
    for _ in range(ROUNDS):
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
    return weights


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


def write_weights(weights: Weights, known: Sequence[str], path: Path) -> None:
    """The data file: a line of known words, then a feature and its three weights a line."""
    lines = [
        "\t".join((f"# learned by make train-intents from {fingerprint()}", *INTENTS)),
        "# known\t" + " ".join(known),
    ]
    for feature in sorted(weights):
        lines.append("\t".join([feature, *(f"{value:g}" for value in weights[feature])]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def predict(text: str, weights: Mapping[str, Sequence[float]], reader: Reader) -> Prediction:
    """What these weights say about a text, as `compliance.intents.classify` does."""
    said: set[str] = set()
    if may_hold_an_intent(text):
        for window in (part for sentence in reader.read(text) for part in windows(sentence)):
            found = [weights[feature] for feature in (*features_of(window), "") if feature in weights]
            said |= {name for place, name in enumerate(INTENTS) if sum(row[place] for row in found) > 0}
    return Prediction((), frozenset(said))


def family_of(item: Item) -> str:
    """The line of phrases a text was drawn from: one thing to say and the ways to say it."""
    return item.id.rpartition("-")[0]


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
        shut = [item.text for item in items if item.intents and not may_hold_an_intent(item.text)]
        print(f"{len(texts):,} texts, {len(weights):,} features, {len(known)} words")
        print(f"The gate shuts out {len(shut)}: {shut[:40]}")
    print(f"{time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
