"""What each word means: the phrases it may begin, the slips of the thumb it may be, what it makes possible.

One table for all word lists, so that each word of a text is looked up once. Slips are twelve times as many as words and
lie in a table of their own, which only long words are looked up in: most words of a text are short, and a table that
is not in the processor's cache costs more to ask than all else that is done with a word.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, final

from compliance.detectors.data_files import read

LONG: Final = 7  # letters from which slips of the thumb are known
_LONG_SLIP: Final = LONG - 1  # letters that a slip has at least
_NOT_SLIPS: Final = frozenset(read("real_words")["words"])


@final
class Entry:
    """A phrase after its first two words; `place` is where it stands in its lists."""

    __slots__ = ("kinds", "phrase", "place", "rest")

    def __init__(self, rest: tuple[str, ...], phrase: str, kinds: frozenset[str], place: int) -> None:
        """Of a phrase of the lists."""
        self.rest = rest
        self.phrase = phrase
        self.kinds = kinds
        self.place = place


@final
class Begun:
    """The phrase of one word alone, if there is one, and longer ones by second word, longest first."""

    __slots__ = ("alone", "longer")

    def __init__(self, alone: Entry | None, longer: dict[str, tuple[Entry, ...]]) -> None:
        """What may follow a first word."""
        self.alone = alone
        self.longer = longer


@final
class Known:
    """What a word means. `begun`: by the number of the lexicon, what may follow. `meant`: the words it is a slip of.

    `begins`: a bit for each lexicon of which it begins a phrase.
    """

    __slots__ = ("begins", "begun", "flags", "meant")

    def __init__(self, begun: tuple[Begun | None, ...], flags: int, meant: tuple[str, ...]) -> None:
        """`flags`: of `gates`."""
        self.begun = begun
        self.begins = sum(1 << number for number, one in enumerate(begun) if one is not None)
        self.flags = flags
        self.meant = meant


_LEXICONS: Final[list[dict[str, Begun]]] = []
_WORDS: Final[dict[str, None]] = {}
"""Every word of the lists, of which there are slips, in order."""
_TELLING: Final[dict[str, int]] = {}
_EXACT: Final[dict[str, int]] = {}
_WITHHELD: Final[dict[str, int]] = {}
_PLAIN: Final[dict[str, Known]] = {}
_SLIPS: Final[dict[str, Known]] = {}


def add_lexicon(begun: dict[str, Begun], words: Iterable[str]) -> int:
    """Keep what may follow each first word of lists, and all of their words; the lexicon's number."""
    _LEXICONS.append(begun)
    _WORDS.update(dict.fromkeys(words))
    _PLAIN.clear()
    return len(_LEXICONS) - 1


def add_flags(telling: Mapping[str, int], exact: Mapping[str, int], withheld: Mapping[str, int]) -> None:
    """Keep what words make possible: `telling` with their slips, `exact` without; `withheld` never."""
    _WORDS.update(dict.fromkeys(telling))
    for kept, more in ((_TELLING, telling), (_EXACT, exact), (_WITHHELD, withheld)):
        kept.update(more)
    _PLAIN.clear()


def look_up(names: list[str]) -> list[Known | None]:
    """What each of these words means, None for nothing."""
    if not _PLAIN:
        settle()
    found: list[Known | None] = []
    for name in names:
        known = _PLAIN.get(name)
        if known is None and len(name) >= _LONG_SLIP:
            known = _SLIPS.get(name)
        found.append(known)
    return found


def slips(word: str) -> set[str]:
    """How a long word is mistyped: a letter dropped, doubled or swapped with the next, never the first."""
    if len(word) < LONG:
        return _swapped(word) - _NOT_SLIPS - {word} if len(word) == LONG - 1 else set()
    found = set()
    for place in range(1, len(word)):
        found.add(word[:place] + word[place + 1 :])
        found.add(word[:place] + word[place] + word[place:])
        if place + 1 < len(word):
            found.add(word[:place] + word[place + 1] + word[place] + word[place + 2 :])
    return found - _NOT_SLIPS - {word}


def _swapped(word: str) -> set[str]:
    """A shorter word with two letters exchanged: fewer slips than of a long one, since more are words by themselves."""
    return {word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in range(1, len(word) - 1)}


def settle() -> None:
    """Make the table of all that was added; by itself with the first word that is looked up after an addition."""
    meant: dict[str, tuple[str, ...]] = {}
    kept: dict[tuple[str, ...], tuple[str, ...]] = {}
    for word in _WORDS:
        for slip in slips(word):
            words = (*meant[slip], word) if slip in meant else (word,)
            meant[slip] = kept.setdefault(words, words)
    plain = {word for lexicon in _LEXICONS for word in lexicon} | _TELLING.keys() | _EXACT.keys()
    _SLIPS.clear()
    shared: dict[tuple[tuple[str, ...], int], Known] = {}  # thousands of slips are of the same word
    for slip, words in meant.items():
        if slip not in plain:
            key = words, _flags_of(slip, words)
            if key not in shared:
                shared[key] = Known(tuple([_begun(lexicon, slip, words) for lexicon in _LEXICONS]), key[1], words)
            _SLIPS[slip] = shared[key]
    for word in sorted(plain, key=len):  # short words are met most: they lie together
        words = meant.get(word, ())
        begun = tuple([_begun(lexicon, word, words) for lexicon in _LEXICONS])
        _PLAIN[word] = Known(begun, _flags_of(word, words), words)


def _flags_of(word: str, meant: tuple[str, ...]) -> int:
    flags = _EXACT.get(word, 0) | _TELLING.get(word, 0)
    for one in meant:
        flags |= _TELLING.get(one, 0)
    return flags & ~_WITHHELD.get(word, 0)


def _begun(lexicon: dict[str, Begun], word: str, meant: tuple[str, ...]) -> Begun | None:
    """What may follow a word of a lexicon, or else a slip: all that may follow the words it may be of."""
    if word in lexicon:
        return lexicon[word]
    begun = [lexicon[one] for one in meant if one in lexicon]
    if len(begun) < 2:
        return begun[0] if begun else None
    alone = max((one.alone for one in begun if one.alone), key=_by_place, default=None)
    longer: dict[str, tuple[Entry, ...]] = {}
    for one in begun:
        for second, entries in one.longer.items():
            longer[second] = in_order([*longer.get(second, ()), *entries])
    return Begun(alone, longer)


def in_order(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The longest first, else as they stand in their lists."""
    return tuple(sorted(entries, key=_by_length)) if len(entries) > 1 else tuple(entries)


def _by_length(entry: Entry) -> tuple[int, int]:
    return -len(entry.rest), entry.place


def _by_place(entry: Entry) -> int:
    return entry.place
