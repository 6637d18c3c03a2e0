"""A text as the words the intents are learned from: plain spelling, one name for words that mean the same.

`data/lexicon.txt` names classes of words over languages, spellings and slang; slips of the finger in longer words of it
are foreseen (a letter left out, doubled, or two exchanged). What nobody foresaw is `_`, numbers are `0`, the edge of a
clause is `|`, the end of a sentence `.`. Plain values: no Django.
"""

from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Final

EDGE: Final = "|"
END: Final = "."
UNKNOWN: Final = "_"
NUMBER: Final = "0"
NOT_LAST: Final = frozenset({"no", "DOCTOR"})  # "no. 5", "dr. Chen": the point ends no sentence
LONGEST_WORD: Final = 24
SHORTEST_WITH_SLIPS: Final = 6

_PLAIN: Final = dict(zip("áàâäãåéèêëíìîïóòôöõúùûüñç", "aaaaaaeeeeiiiiooooouuuunc", strict=True))
# What is not seen between letters (controls, joiners, accents of their own) hides no word; nor do quotes.
_UNSEEN: Final = "".join(
    map(
        chr,
        (
            *range(0x09),
            *range(0x0E, 0x20),
            *range(0x7F, 0x85),
            *range(0x86, 0xA0),
            *(0xAD, 0x34F, 0x61C, 0x180E, 0xFEFF),
            *range(0x300, 0x34F),
            *range(0x200B, 0x2010),
            *range(0x202A, 0x202F),
            *range(0x2060, 0x2070),
            *range(0xFE00, 0xFE10),
        ),
    )
)
_NOTHING: Final = dict.fromkeys("'’‘`´\"“”*~_¿¡" + _UNSEEN)
_EDGES: Final = dict.fromkeys(",:()–—", f" {EDGE} ") | dict.fromkeys("?.!;\n\r…", f" {END} ")
_SPACES: Final = dict.fromkeys("-/\t#&+", " ")
# The gate's table changes every sign into at most one, which is what makes `translate` fast.
_GATE_TABLE: Final = str.maketrans(_PLAIN | _NOTHING | dict.fromkeys(".,!;:?()…–—-/#&+", " "))
_TABLE: Final = str.maketrans(_PLAIN | _NOTHING | _EDGES | _SPACES)
# The same two for ASCII, which nearly every text is: `bytes.translate` takes a tenth of the time. Edges and ends become
# bytes that ASCII does not have, and marks around them then.
_AN_EDGE: Final = "\x80"
_AN_END: Final = "\x81"
_EDGE_AS_WORD: Final = f" {EDGE} "
_END_AS_WORD: Final = f" {END} "
_DELETED: Final = "\x82"  # taken out afterwards, where there is one: to delete while translating takes thrice the time


def _bytes_table(changes: dict[str, str]) -> bytes:
    changes = dict.fromkeys(filter(str.isascii, _NOTHING), _DELETED) | changes
    return bytes(ord(changes.get(chr(code), chr(code).lower())) for code in range(128)) + bytes(range(128, 256))


_GATE_BYTES: Final = _bytes_table(dict.fromkeys(".,!;:?()-/#&+", " "))
_BYTES: Final = _bytes_table(
    {char: _AN_EDGE if EDGE in mark else _AN_END for char, mark in _EDGES.items() if char.isascii()} | _SPACES
)


def _translated(text: str, table: bytes) -> str:
    """A text of ASCII after a table of `_bytes_table`."""
    plain = text.encode().translate(table).decode("latin-1")
    return plain.replace(_DELETED, "") if _DELETED in plain else plain


def _read_as(text: str) -> str:
    """The text in plain spelling, with edges and ends as words."""
    if not text.isascii():
        return text.lower().translate(_TABLE)
    return _translated(text, _BYTES).replace(_AN_EDGE, _EDGE_AS_WORD).replace(_AN_END, _END_AS_WORD)


def read_lexicon() -> dict[str, str]:
    """By word, the class it belongs to; slips included, when they are no word of another class."""
    text = files("compliance.intents").joinpath("data/lexicon.txt").read_text(encoding="utf-8")
    classes: dict[str, str] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, words = line.split(":", 1)
            for word in (name, *words.split()):
                if word not in classes and not word.endswith("_"):
                    classes[word] = name
    slips = {slip: name for word, name in classes.items() for slip in _slips(word) if name.isupper()}
    return slips | classes


def _slips(word: str) -> Iterator[str]:
    if len(word) < SHORTEST_WITH_SLIPS or not word.isalpha() or word.isupper():
        return
    for place in range(1, len(word)):
        yield word[:place] + word[place + 1 :]
        yield word[:place] + word[place - 1] + word[place:]
        if place < len(word) - 1:
            yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def gate_words(text: str) -> list[str]:
    """The bare words of a text, in lower case, without accents: what the gate looks at."""
    if text.isascii():
        return _translated(text, _GATE_BYTES).split()
    return text.lower().translate(_GATE_TABLE).split()


class Reader:
    """Reads texts as classes and known words."""

    def __init__(self, known: Iterable[str]) -> None:
        """`known`: plain words that mean something although no class holds them."""
        self._names = {word: word for word in known} | read_lexicon() | {EDGE: EDGE, END: END}

    def names(self) -> list[str]:
        """Everything that a sentence may hold, but numbers and what is unknown."""
        return list(self._names.values())

    def read(self, text: str) -> list[list[str]]:
        """The text's sentences: words as the model knows them, an edge first, last and between clauses."""
        sentences: list[list[str]] = []
        tokens = [EDGE]
        names = self._names
        for word in _read_as(text).split():
            name = names.get(word)
            if name is None:
                name = UNKNOWN if word.isalpha() or not any(map(str.isdigit, word[:LONGEST_WORD])) else NUMBER
            if name == END:
                if tokens[-1] in NOT_LAST:
                    tokens.append(EDGE)
                else:
                    _close(tokens, sentences)
                    tokens = [EDGE]
            elif (name != EDGE and name != UNKNOWN) or name != tokens[-1]:  # noqa: PLR1714 - a set costs as much as all
                tokens.append(name)
        _close(tokens, sentences)
        return sentences


def _close(tokens: list[str], sentences: list[list[str]]) -> None:
    if len(tokens) > 1:
        if tokens[-1] != EDGE:
            tokens.append(EDGE)
        sentences.append(tokens)
