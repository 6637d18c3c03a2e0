"""The gate before the model: most texts hold nothing that could be an intent, and leave here in a few microseconds."""

from importlib.resources import files

from compliance.intents.words import gate_words, read_lexicon


def _read_cues() -> dict[str, frozenset[str]]:
    """By strength, all words that are a cue, in every spelling of the lexicon."""
    words_of: dict[str, set[str]] = {}
    for word, name in read_lexicon().items():
        words_of.setdefault(name, {name}).add(word)
    text = files("compliance.intents").joinpath("data/cues.txt").read_text(encoding="utf-8")
    rows = [line.split(":", 1) for line in text.splitlines() if line and not line.startswith("#")]
    return {
        strength: frozenset(word for name in names.split() for word in words_of.get(name, {name}))
        for strength, names in rows
    }


_CUES = _read_cues()
_STRONG, _WEAK = _CUES["strong"], _CUES["weak"] - _CUES["strong"]


def may_hold_an_intent(text: str) -> bool:
    """Whether a strong cue or two weak ones stand in the text."""
    words = gate_words(text)
    return not _STRONG.isdisjoint(words) or len(_WEAK.intersection(words)) > 1
