"""What is seen of a text without reading it."""

from typing import final

from compliance.detectors.vocabulary import Words


@final
class Glance:
    """What is seen of a text without reading it."""

    __slots__ = ("digits", "flags", "long_word", "names", "words")

    def __init__(self, flags: int, digits: int, names: list[str], *, long_word: bool, words: Words | None) -> None:
        """`long_word`: one that is as long as a key. `words`: the names with their places, when that cost nothing."""
        self.flags = flags
        self.digits = digits
        self.names = names
        self.long_word = long_word
        self.words = words


def names_both_by_letters(text: str) -> bool:
    """Whether "u" and "p" stand before marks, as in "u: kim p: ...": what is asked before a pattern is tried."""
    return ("p:" in text or "p -" in text or "p=" in text) and ("u:" in text or "u -" in text or "u=" in text)
