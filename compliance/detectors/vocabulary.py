"""Finds the phrases of the word lists in a text, in one pass over its words.

A phrase of the lists is one to five words; between its words may stand a few marks ("s.s.n", "one-time"). Long words
are also known with one letter dropped, doubled or swapped, as thumbs write them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compliance.detectors.data_files import read

WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
_LONG = 7  # letters from which slips of the thumb are known
_GAP = 3  # characters at most between two words of a phrase
_NOT_SLIPS = frozenset(read("real_words")["words"])


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase that stands in the folded text from `start` to `end`, and the lists it is on."""

    start: int
    end: int
    phrase: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Phrases:
    """The lists by first word: the rest of each phrase, longest first, with the kinds."""

    by_first: Mapping[str, tuple[tuple[tuple[str, ...], str, frozenset[str]], ...]]
    word: re.Pattern[str] = WORD

    def find(self, text: str) -> list[Hit]:
        """Every phrase in the text, the longest at each place, none inside another."""
        words = [(match.group(), match.start(), match.end()) for match in self.word.finditer(text)]
        hits: list[Hit] = []
        place, count = 0, len(words)
        by_first = self.by_first
        while place < count:
            word, start, _ = words[place]
            entries = by_first.get(word.replace("'", "") if "'" in word else word)
            step = 1
            if entries is not None:
                for rest, phrase, kinds in entries:
                    if not rest or _follows(text, words, place, rest):
                        step = 1 + len(rest)
                        hits.append(Hit(start, words[place + step - 1][2], phrase, kinds))
                        break
            place += step
        return hits


def _follows(text: str, words: list[tuple[str, int, int]], place: int, rest: tuple[str, ...]) -> bool:
    if place + len(rest) >= len(words):
        return False
    end = words[place][2]
    for expected, (word, start, after) in zip(rest, words[place + 1 : place + 1 + len(rest)], strict=True):
        if word.replace("'", "") != expected and expected not in _SLIPS_OF.get(word, ()):
            return False
        gap = text[end:start]
        if len(gap) > _GAP or any(char.isdigit() for char in gap):
            return False
        end = after
    return True


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


def phrases(lists: Mapping[str, Iterable[str]], words: str = WORD.pattern) -> Phrases:
    """The phrases of lists by kind, ready to be found. A phrase may be on several lists.

    `words`: the pattern of one word, for lists with words that hold digits.
    """
    kinds: dict[str, set[str]] = defaultdict(set)
    for kind, entries in lists.items():
        for entry in entries:
            kinds[entry].add(kind)
    found: dict[str, list[tuple[tuple[str, ...], str, frozenset[str]]]] = defaultdict(list)
    known_first = {phrase.split()[0] for phrase in kinds}
    for phrase, its_kinds in kinds.items():
        first, *rest = phrase.split()
        row = (tuple(rest), phrase, frozenset(its_kinds))
        found[first].append(row)
        for slip in slips(first) - known_first:
            found[slip].append(row)
        for word in rest:
            for slip in slips(word):
                _SLIPS_OF[slip].add(word)
    return Phrases(
        {first: tuple(sorted(rests, key=lambda entry: -len(entry[0]))) for first, rests in found.items()},
        re.compile(words),
    )


def gate_words(lists: Iterable[str]) -> frozenset[str]:
    """One word of each phrase without which it cannot stand in a text: its longest, with its slips."""
    found = set()
    for phrase in lists:
        longest = max(phrase.split(), key=len)
        found |= {longest} | slips(longest)
    return frozenset(found)
