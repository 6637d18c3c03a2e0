"""A text as the words the intents are learned from: plain spelling, one name for words that mean the same.

`data/lexicon.txt` names classes of words over languages, spellings and slang; slips of the finger in longer words of it
are foreseen (a letter left out, doubled, or two exchanged). What nobody foresaw is `_`, numbers are `0`, the edge of a
clause is `|`, the end of a sentence `.`. Plain values: no Django.
"""

from collections.abc import Iterable, Iterator
from importlib.resources import files

EDGE, END, UNKNOWN, NUMBER = "|", ".", "_", "0"
NOT_LAST = frozenset({"no", "DOCTOR"})  # "no. 5", "dr. Chen": the point ends no sentence
LONGEST_WORD = 24
SHORTEST_WITH_SLIPS = 6

_PLAIN = dict(zip("áàâäãåéèêëíìîïóòôöõúùûüñç", "aaaaaaeeeeiiiiooooouuuunc", strict=True))
_NOTHING = dict.fromkeys("'’‘`´\"“”*~_¿¡")
_EDGES = dict.fromkeys(",:()–—", f" {EDGE} ") | dict.fromkeys("?.!;\n\r…", f" {END} ")
_SPACES = dict.fromkeys("-/\t#&+", " ")
# The gate's table changes every sign into at most one, which is what makes `translate` fast.
_GATE_TABLE = str.maketrans(_PLAIN | _NOTHING | dict.fromkeys(".,!;:?()…–—-/#&+", " "))
_TABLE = str.maketrans(_PLAIN | _NOTHING | _EDGES | _SPACES)
# The same two for ASCII, which nearly every text is: `bytes.translate` takes a tenth of the time. Edges and ends become
# bytes that ASCII does not have, and marks around them then.
_AN_EDGE, _AN_END = "\x80", "\x81"
_DELETED = bytes(code for code in range(128) if chr(code) in _NOTHING)


def _bytes_table(changes: dict[str, str]) -> bytes:
    return bytes(ord(changes.get(chr(code), chr(code).lower())) for code in range(128)) + bytes(range(128, 256))


_GATE_BYTES = _bytes_table(dict.fromkeys(".,!;:?()-/#&+", " "))
_BYTES = _bytes_table(
    {char: _AN_EDGE if EDGE in mark else _AN_END for char, mark in _EDGES.items() if char.isascii()} | _SPACES
)


def _read_as(text: str) -> str:
    """The text in plain spelling, with edges and ends as words."""
    if not text.isascii():
        return text.lower().translate(_TABLE)
    plain = text.encode().translate(_BYTES, _DELETED).decode("latin-1")
    return plain.replace(_AN_EDGE, f" {EDGE} ").replace(_AN_END, f" {END} ")


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
        return text.encode().translate(_GATE_BYTES, _DELETED).decode().split()
    return text.lower().translate(_GATE_TABLE).split()


class Reader:
    """Reads texts as classes and known words."""

    def __init__(self, known: Iterable[str]) -> None:
        """`known`: plain words that mean something although no class holds them."""
        self._names = {word: word for word in known} | read_lexicon()

    def read(self, text: str) -> list[list[str]]:
        """The text's sentences: words as the model knows them, an edge first, last and between clauses."""
        sentences: list[list[str]] = []
        tokens = [EDGE]
        for word in _read_as(text).split():
            name = self._names.get(word) or self._unknown(word)
            if name == END and tokens[-1] in NOT_LAST:
                tokens.append(EDGE)
            elif name == END:
                _close(tokens, sentences)
                tokens = [EDGE]
            elif name != tokens[-1] or name not in {EDGE, UNKNOWN}:
                tokens.append(name)
        _close(tokens, sentences)
        return sentences

    def _unknown(self, word: str) -> str:
        if word in {EDGE, END}:
            return word
        return NUMBER if any(map(str.isdigit, word[:LONGEST_WORD])) else UNKNOWN


def _close(tokens: list[str], sentences: list[list[str]]) -> None:
    if len(tokens) > 1:
        if tokens[-1] != EDGE:
            tokens.append(EDGE)
        sentences.append(tokens)
