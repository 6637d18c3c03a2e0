"""The gate before the model: most texts hold nothing that could be an intent, and leave here in a few microseconds.

Each word has a weight of nothing or more; a text goes on when its words together weigh enough. The weights and what is
enough are learned with the model (`data/gate.tsv`), so that hardly any text of an intent is shut out. They are
learned with `Gate`; `classify` sums the weights of the words that it has looked up (`known`).
"""

from compliance.intents.words import gate_words, read_lexicon


class Gate:
    """Lets texts through whose words weigh `enough` together."""

    def __init__(self, weights: dict[str, float], enough: float) -> None:
        """`weights`: of classes of the lexicon and of plain words."""
        classes = read_lexicon()
        spelled = {word: weights[name] for word, name in classes.items() if name in weights}
        self._of: dict[str, float] = weights | spelled
        self._enough = enough

    def weigh(self, text: str) -> float:
        """What the words of a text weigh together."""
        weights, total = self._of, 0.0
        for word in gate_words(text):
            weight = weights.get(word)
            if weight is not None:
                total += weight
        return total

    def lets_through(self, text: str) -> bool:
        """Whether the model should look at the text."""
        return self.weigh(text) >= self._enough


def read_gate(text: str) -> tuple[dict[str, float], float]:
    """The weights of a data file by word or class, and how much is enough."""
    enough, *lines = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {word: float(weight) for word, weight in lines}, float(enough[1])
