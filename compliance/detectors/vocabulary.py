"""Finds the phrases of the word lists in a text, in one pass over its words.

A phrase of the lists is one to six words; between its words may stand a few marks ("s.s.n", "one-time"). Long words
are also known with one letter dropped, doubled or swapped, as thumbs write them.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
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
    """A phrase after its first two words."""

    rest: tuple[str, ...]
    phrase: str
    kinds: frozenset[str]


_Begun = tuple[_Entry | None, Mapping[str, tuple[_Entry, ...]]]
"""The phrase of one word alone, if there is one, and longer ones by second word, longest first."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The lists by first word: the phrase of that word alone, if any, and longer ones by second word, longest first."""

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
            if longer and place < count and (entries := longer.get(words[place][0])) is not None:
                for candidate in entries:
                    last = _last_word(text, words, place - 1, candidate.rest)
                    if last:
                        entry, end, place = candidate, words[last][2], last + 1
                        break
            if entry is not None:
                hits.append(Hit(start, end, entry.phrase, entry.kinds))
        return hits


def _last_word(text: str, words: list[Word], first: int, rest: tuple[str, ...]) -> int:
    """The index of the last word of a phrase whose first two fit, when the others follow; else 0."""
    last = first + 1 + len(rest)
    if last >= len(words):
        return 0
    for place, expected in enumerate(rest, first + 2):
        word = words[place][0]
        if word != expected and expected not in _SLIPS_OF.get(word, ()):
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


_SLIPS_OF: dict[str, set[str]] = defaultdict(set)


def phrases(lists: Mapping[str, Iterable[str]]) -> Phrases:
    """The phrases of lists by kind, ready to be found. A phrase may be on several lists.

    What follows a first word is kept once, for the word and for all its slips: they are fifteen times as many.
    """
    kinds: dict[str, set[str]] = defaultdict(set)
    for kind, entries in lists.items():
        for entry in entries:
            kinds[entry].add(kind)
    slips_of = cache(slips)  # for as long as this takes
    begun: dict[str, list[_Entry]] = defaultdict(list)
    for phrase, its_kinds in kinds.items():
        first, *rest = phrase.split()
        begun[first].append(_Entry(tuple(rest), phrase, frozenset(its_kinds)))
        for word in rest[1:]:
            for slip in slips_of(word):
                _SLIPS_OF[slip].add(word)
    meant: dict[str, list[str]] = defaultdict(list)  # the first words that a slip may be of
    for first in begun:
        for slip in slips_of(first) - begun.keys():
            meant[slip].append(first)
    place = {phrase: at for at, phrase in enumerate(kinds)}
    by_first = {first: _after(entries, slips_of) for first, entries in begun.items()}
    for slip, firsts in meant.items():
        both = sorted((entry for first in firsts for entry in begun[first]), key=lambda entry: place[entry.phrase])
        by_first[slip] = by_first[firsts[0]] if len(firsts) == 1 else _after(both, slips_of)
    return Phrases(by_first)


def _after(entries: Iterable[_Entry], slips_of: Callable[[str], set[str]]) -> _Begun:
    """What may follow one first word. Of the entries `rest` is all that follows it."""
    alone = None
    longer: dict[str, list[_Entry]] = defaultdict(list)
    for entry in entries:
        if not entry.rest:
            alone = entry
            continue
        shorter = entry._replace(rest=entry.rest[1:])
        for second in {entry.rest[0]} | slips_of(entry.rest[0]):
            longer[second].append(shorter)
    return alone, {second: tuple(sorted(found, key=_by_length)) for second, found in longer.items()}


def _by_length(entry: _Entry) -> int:
    return -len(entry.rest)


def gate_words(lists: Iterable[str]) -> frozenset[str]:
    """One word of each phrase without which it cannot stand in a text: its rarest or longest, with its slips."""
    found = set()
    for phrase in lists:
        telling = max(phrase.split(), key=_tells)
        found |= {telling} | slips(telling)
    return frozenset(found)


def _tells(word: str) -> tuple[bool, int]:
    return word not in _COMMON, len(word)
