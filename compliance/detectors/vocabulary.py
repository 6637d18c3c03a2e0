"""Finds the phrases of the word lists in a text, in one pass over its words.

A phrase of the lists is one to six words; between its words may stand a few marks ("s.s.n", "one-time"). Long words
are also known with one letter dropped, doubled or swapped, as thumbs write them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from compliance.detectors.data_files import read

WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
WORD_WITH_FIGURES = re.compile(r"401 ?k|1099|w-?2(?!\d)|[a-z]+(?:\d{1,3}[a-z]*)?(?:'[a-z]+)*")
_LONG = 7  # letters from which slips of the thumb are known
_GAP = 3  # characters at most between two words of a phrase
_COMMON = frozenset(read("common_words")["words"])
_NOT_SLIPS = frozenset(read("real_words")["words"])

Word = tuple[str, int, int]
"""A word without its apostrophes, where it starts and ends."""


class Hit(NamedTuple):
    """A phrase that stands in the folded text from `start` to `end`, and the lists it is on."""

    start: int
    end: int
    phrase: str
    kinds: frozenset[str]


class _Entry(NamedTuple):
    """A phrase after its first two words; `place` is where it stands in its lists."""

    rest: tuple[str, ...]
    phrase: str
    kinds: frozenset[str]
    place: int


_Begun = tuple[_Entry | None, Mapping[str, tuple[_Entry, ...]]]
"""The phrase of one word alone, if there is one, and longer ones by second word, longest first."""

_MEANT: dict[str, tuple[str, ...]] = {}
"""The words of all lists that a slip of the thumb may be of. Kept once: slips are fifteen times as many as words."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The lists by first word and by its slips."""

    by_first: Mapping[str, _Begun]

    def find(self, text: str, words: list[Word]) -> list[Hit]:
        """Every phrase among the words of the text, the longest at each place, none inside another."""
        hits: list[Hit] = []
        place, count = 0, len(words)
        get = self.by_first.get
        while place < count:
            word, start, end = words[place]
            place += 1
            found = get(word)
            if found is None:
                continue
            alone, longer = found
            entry = alone
            if longer and place < count:
                second = words[place][0]
                for candidate in _slipped(longer, second) if second in _MEANT else longer.get(second, ()):
                    last = _last_word(text, words, place - 1, candidate.rest)
                    if last:
                        entry, end, place = candidate, words[last][2], last + 1
                        break
            if entry is not None:
                hits.append(Hit(start, end, entry.phrase, entry.kinds))
        return hits


def _slipped(longer: Mapping[str, tuple[_Entry, ...]], second: str) -> tuple[_Entry, ...]:
    """The phrases whose second word this is, or may be with a slip."""
    meant = (second, *_MEANT[second])
    return _in_order(entry for word in meant for entry in longer.get(word, ()))


def _last_word(text: str, words: list[Word], first: int, rest: tuple[str, ...]) -> int:
    """The index of the last word of a phrase whose first two fit, when the others follow; else 0."""
    last = first + 1 + len(rest)
    if last >= len(words):
        return 0
    for place, expected in enumerate(rest, first + 2):
        word = words[place][0]
        if word != expected and expected not in _MEANT.get(word, ()):
            return 0
    for place in range(first, last):
        end, start = words[place][2], words[place + 1][1]
        if start - end != 1 and (start - end > _GAP or any(char.isdigit() for char in text[end:start])):
            return 0
    return last


def words_of(text: str, pattern: re.Pattern[str] = WORD) -> list[Word]:
    """The words of a folded text."""
    if "'" in text:
        return [(match.group().replace("'", ""), match.start(), match.end()) for match in pattern.finditer(text)]
    return [(match.group(), match.start(), match.end()) for match in pattern.finditer(text)]


def slips(word: str) -> set[str]:
    """How a long word is mistyped: a letter dropped, doubled or swapped with the next, never the first."""
    if len(word) < _LONG:
        return set()
    found = set()
    for place in range(1, len(word)):
        found.add(word[:place] + word[place + 1 :])
        found.add(word[:place] + word[place] + word[place:])
        if place + 1 < len(word):
            found.add(word[:place] + word[place + 1] + word[place] + word[place + 2 :])
    return found - _NOT_SLIPS - {word}


def phrases(lists: Mapping[str, Iterable[str]]) -> Phrases:
    """The phrases of lists by kind, ready to be found. A phrase may be on several lists."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for kind, entries in lists.items():
        for entry in entries:
            kinds[entry].add(kind)
    shared = {found: found for found in map(frozenset, kinds.values())}
    alone: dict[str, _Entry] = {}
    longer: dict[str, dict[str, list[_Entry]]] = defaultdict(dict)
    for place, (phrase, its_kinds) in enumerate(kinds.items()):
        first, *rest = phrase.split()
        kept = _Entry(tuple(rest[1:]), phrase, shared[frozenset(its_kinds)], place)
        if rest:
            longer[first].setdefault(rest[0], []).append(kept)
        else:
            alone[first] = kept
        _learn_slips({first, *rest})
    begun = {
        first: (alone.get(first), {second: _in_order(found) for second, found in longer.get(first, {}).items()})
        for first in alone.keys() | longer.keys()
    }
    slipped = {
        slip: _together([begun[word] for word in meant if word in begun])
        for slip, meant in _MEANT.items()
        if slip not in begun and not begun.keys().isdisjoint(meant)
    }
    return Phrases(begun | slipped)


def _together(begun: list[_Begun]) -> _Begun:
    """What may follow a slip: all that may follow the first words it may be of."""
    if len(begun) == 1:
        return begun[0]
    alone = max((entry for entry, _ in begun if entry), key=_by_place, default=None)
    longer: dict[str, tuple[_Entry, ...]] = {}
    for _, more in begun:
        for second, entries in more.items():
            longer[second] = _in_order([*longer.get(second, ()), *entries])
    return alone, longer


def _learn_slips(words: Iterable[str]) -> None:
    for word in words:
        if word not in _LEARNT:
            _LEARNT.add(word)
            for slip in slips(word):
                _MEANT[slip] = (*_MEANT.get(slip, ()), word)


_LEARNT: set[str] = set()


def _in_order(entries: Iterable[_Entry]) -> tuple[_Entry, ...]:
    return tuple(sorted(entries, key=_by_length))


def _by_length(entry: _Entry) -> tuple[int, int]:
    return -len(entry.rest), entry.place


def _by_place(entry: _Entry) -> int:
    return entry.place


def gate_words(lists: Iterable[str]) -> frozenset[str]:
    """One word of each phrase without which it cannot stand in a text: its rarest or longest, with its slips."""
    found = set()
    for phrase in lists:
        telling = max(phrase.split(), key=_tells)
        found |= {telling} | slips(telling)
    return frozenset(found)


def _tells(word: str) -> tuple[bool, int]:
    return word not in _COMMON, len(word)
