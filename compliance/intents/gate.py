"""The gate before the model: most texts hold nothing that could be an intent, and leave here in a few microseconds.

Each word has a weight of nothing or more; a text goes on when its words together weigh enough. The weights and what is
enough are learned with the model (`data/gate.tsv`), so that hardly any text of an intent is shut out.
"""

from importlib.resources import files
from itertools import repeat

from compliance.intents.words import gate_words, read_lexicon

_NOTHING = repeat(0.0)


class Gate:
    """Lets texts through whose words weigh `enough` together."""

    def __init__(self, weights: dict[str, float], enough: float) -> None:
        """`weights`: of classes of the lexicon and of plain words."""
        classes = read_lexicon()
        spelled = {word: weights[name] for word, name in classes.items() if name in weights}
        self._of = (weights | spelled).get
        self._enough = enough

    def weigh(self, text: str) -> float:
        """What the words of a text weigh together."""
        return sum(map(self._of, gate_words(text), _NOTHING))

    def lets_through(self, text: str) -> bool:
        """Whether the model should look at the text."""
        return sum(map(self._of, gate_words(text), _NOTHING)) >= self._enough


def read_gate(text: str) -> Gate:
    """The gate of a data file: what is enough, then a word and its weight a line."""
    enough, *lines = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return Gate({word: float(weight) for word, weight in lines}, float(enough[1]))


may_hold_an_intent = read_gate(
    files("compliance.intents").joinpath("data/gate.tsv").read_text(encoding="utf-8")
).lets_through
