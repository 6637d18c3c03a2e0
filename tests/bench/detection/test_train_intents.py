"""The weights in the product are those the phrases give, and learning twice gives the same."""

from collections import Counter

from bench.detection.phrase_texts import as_people_write, draw_phrases, known_words
from bench.detection.tables import INTENTS
from bench.detection.train_intents import WEIGHTS, fingerprint, train, write_weights
from compliance.intents.model import NAMES, read_weights


def test_the_weights_are_of_these_phrases():
    """Fails when a phrase, a word of the lexicon or the learning changed and `make train-intents` was not run after."""
    assert WEIGHTS.read_text(encoding="utf-8").splitlines()[0].split("\t")[0].endswith(fingerprint())


def test_learning_twice_gives_the_same_bytes(tmp_path):
    items = draw_phrases()[::25]
    written = []
    for name in ("one", "two"):
        known = known_words(items)
        write_weights(train(as_people_write(items), known), known, tmp_path / name)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]
    known, rows = read_weights(written[0].decode())
    assert known
    assert all(len(row) == len(NAMES) for row in rows.values())
    assert any(rows.values())


def test_phrases_show_every_intent_and_more_that_is_none():
    counts = Counter(name for item in draw_phrases() for name in item.intents or {"none"})
    assert set(counts) == {*INTENTS, "none"}
    assert counts["none"] > max(counts[name] for name in INTENTS)


def test_the_intents_are_those_of_the_product():
    assert INTENTS == NAMES
