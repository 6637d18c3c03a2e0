"""The small language of the word lists."""

import pytest

from compliance.words.phrase_matching import END, BadPhrase, Phrases
from tests.scaling import grows_in_step

LISTS = {"me": ["me", "my number", "my number here"], "nuisance": ["texting", "calling"], "bag": ["a", "b", "a b"]}


def fills(phrase: str, words: str) -> bool:
    return Phrases([("it", phrase)], LISTS).filling(words.split()) == "it"


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("stop texting", "stop texting"),
        ("stop|quit texting", "quit texting"),
        ("text <me>", "text my number here"),
        ("text <me>?", "text"),
        ("please? stop", "stop"),
        ("<bag>* stop", "a b a b stop"),
        ("<bag>+ stop", "a stop"),
        ("stop <any>", "stop whatever"),
        ("stop !nuisance", "stop smoking"),
        ("stop !nuisance/ing", "stop smoking"),
        ("not the $", f"not the {END}"),
    ],
)
def test_a_phrase_fits(phrase: str, words: str) -> None:
    assert fills(phrase, words)


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("stop texting", "stop texting me"),
        ("stop texting", "please stop texting"),
        ("<bag>+ stop", "stop"),
        ("stop <any>", "stop"),
        ("stop !nuisance", "stop texting"),
        ("stop !nuisance/ing", "stop it"),
        ("<bag>* stop", "a " * 30 + "stop"),
    ],
)
def test_a_phrase_does_not_fit(phrase: str, words: str) -> None:
    assert not fills(phrase, words)


@pytest.mark.parametrize("phrase", ["stop <nobody>", "stop !nobody", "stop <>", "stop??"])
def test_a_phrase_that_cannot_be_understood_is_named(phrase: str) -> None:
    with pytest.raises(BadPhrase, match="stop"):
        Phrases([("it", phrase)], LISTS)


def test_phrases_are_found_anywhere_and_replaced_longest_first() -> None:
    phrases = Phrases([("short", "by"), ("long", "by the way"), ("number", "<me>")], LISTS)
    assert phrases.first(["oh", "by", "the", "sea"]) == "short"
    assert phrases.first(["nothing"]) is None
    assert phrases.replaced(["by", "the", "way", "call", "my", "number", "here", "now"], "~") == [
        "~",
        "call",
        "~",
        "now",
    ]
    assert phrases.leading(["by", "car"])
    assert not phrases.leading(["go", "by"])


def test_an_ambiguous_phrase_takes_no_longer_for_it() -> None:
    phrases = Phrases([("it", " ".join(["<bag>*"] * 5) + " never")], LISTS)

    def look(length: int) -> None:
        assert phrases.first(["a", "b"] * length) is None

    assert grows_in_step(look, size=100, times=4, at_most=12, floor=0.02)
