"""Finds the phrases of the word lists in a text, in one pass over its words.

A phrase of the lists is one to six words; between its words may stand a few marks ("s.s.n", "one-time"). Long words
are also known with one letter dropped, doubled or swapped, as thumbs write them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, final

from compliance.detectors.data_files import read
from compliance.detectors.known_words import Begun, Entry, Known, add_lexicon, in_order, look_up

WORD: Final = re.compile(r"[a-z]+(?:'[a-z]+)*")
WORD_WITH_FIGURES: Final = re.compile(
    r"(?<=chapter )\d\d?(?!\d)|(?<=type )[12](?!\d)|(?<=stage )[1-4](?!\d)|"
    r"401 ?k|1099|w-?2(?!\d)|[a-z]+(?:\d{1,3}[a-z]*)?(?:'[a-z]+)*"
)
_GAP: Final = 3  # characters at most between two words of a phrase
SPACED: Final = bytes(ord(chr(byte).lower()) if byte < 128 and chr(byte).isalpha() else 32 for byte in range(256))
"""For `bytes.translate`, which costs a tenth of a pattern: plain letters in lower case, and spaces."""
_SPACED_BUT_APOSTROPHES: Final = bytes(byte if byte == ord("'") else SPACED[byte] for byte in range(256))
_SIGNS: Final = bytes(
    ord("a") if byte < 128 and chr(byte).isalpha() else ord("0") if 48 <= byte <= 57 else byte if byte < 128 else 1
    for byte in range(256)
)
_COMMON: Final = frozenset(read("common_words")["words"])


@final
class Hit:
    """A phrase that stands in the folded text from `start` to `end`, and the lists it is on."""

    __slots__ = ("end", "kinds", "phrase", "start")

    def __init__(self, start: int, end: int, phrase: str, kinds: frozenset[str]) -> None:
        """`kinds`: the lists that the phrase is on."""
        self.start = start
        self.end = end
        self.phrase = phrase
        self.kinds = kinds


def first_from(hits: list[Hit], place: int) -> int:
    """The number of the first of these phrases, which are in order, that starts at a place or after it."""
    low, high = 0, len(hits)
    while low < high:
        middle = (low + high) // 2
        if hits[middle].start < place:
            low = middle + 1
        else:
            high = middle
    return low


@final
class Phrases:
    """A lexicon: the phrases of its lists, by first word and by its slips in `known_words`."""

    __slots__ = ("bit", "number")

    def __init__(self, number: int) -> None:
        """`number`: of `known_words.add_lexicon`."""
        self.number = number
        self.bit = 1 << number

    def find(self, text: str, words: "Words") -> list[Hit]:
        """Every phrase among the words of the text, the longest at each place, none inside another."""
        known, number, bit = words.known(), self.number, self.bit
        hits: list[Hit] = []
        done, count, from_here = 0, len(known), 0
        for place, one in enumerate(known):
            if one is None or not one.begins & bit or place < done:
                continue
            found = one.begun[number]
            if found is None:
                continue
            start, end = words.place(place, from_here)
            entry, longer = found.alone, found.longer
            if longer and place + 1 < count:
                candidates = _seconds(longer, words.names[place + 1], known[place + 1])
                after = _next_word(text, words, place + 1, end) if candidates else 0
                third = words.names[place + 2] if after and place + 2 < count else ""
                third_known = known[place + 2] if third else None
                may_be = () if third_known is None else third_known.meant
                for candidate in candidates if after else ():
                    rest = candidate.rest
                    if rest and rest[0] != third and rest[0] not in may_be:
                        continue  # most of them
                    last = _last_word(text, words, place + 2, after, rest) if rest else after
                    if last:
                        entry, end, done = candidate, last, place + 2 + len(rest)
                        break
            from_here = end
            if entry is not None:
                hits.append(Hit(start, end, entry.phrase, entry.kinds))
        return hits


def _seconds(longer: dict[str, tuple[Entry, ...]], second: str, known: Known | None) -> tuple[Entry, ...]:
    """The phrases whose second word this is, or may be with a slip."""
    if known is None or not known.meant:
        return longer.get(second, ())
    meant = (second, *known.meant)
    return in_order([entry for word in meant for entry in longer.get(word, ())])


def _is(words: "Words", place: int, expected: str) -> bool:
    """Whether the word at a place is this one, or may be with a slip."""
    if words.names[place] == expected:
        return True
    known = words.known()[place]
    return known is not None and expected in known.meant


def _next_word(text: str, words: "Words", place: int, end: int) -> int:
    """Where a word ends if it may go on with the phrase that ended before it; else 0."""
    start, after = words.place(place, end)
    gap = text[end:start]
    if gap != " " and (len(gap) > _GAP or any(map(str.isdigit, gap))):
        return 0  # "a1c" is no "a/c"
    return after


def _last_word(text: str, words: "Words", place: int, end: int, rest: tuple[str, ...]) -> int:
    """Where a phrase ends whose first two words end at `end`, when the others follow from `place` on; else 0."""
    last = place + len(rest)
    if len(words.names) < last:
        return 0
    for number, expected in enumerate(rest):
        if not _is(words, place + number, expected):
            return 0
    for following in range(place, last):
        end = _next_word(text, words, following, end)
        if not end:
            return 0
    return end


class Words:
    """The words of a folded text in order, without their apostrophes.

    Most texts are plain letters and signs: their words are split off at once, and where one stands is looked up for
    the few that are asked for.
    """

    __slots__ = ("_known", "_letters", "_spans", "_written", "names")

    def __init__(
        self,
        names: list[str],
        letters: str,
        spans: list[tuple[int, int]] | None = None,
        written: list[str] | None = None,
    ) -> None:
        """`letters`: the text with a space for whatever is no part of a word, or `spans` for each word.

        `written`: the words as they stand in `letters`, when they have apostrophes.
        """
        self.names = names
        self._letters = letters
        self._spans = spans
        self._written = names if written is None else written
        self._known: list[Known | None] | None = None

    def known(self) -> list[Known | None]:
        """What each word means to the detectors; looked up once."""
        if self._known is None:
            self._known = look_up(self.names)
        return self._known

    def keep(self, known: list[Known | None]) -> "Words":
        """Itself, with what its words are known to mean."""
        self._known = known
        return self

    def place(self, number: int, after: int) -> tuple[int, int]:
        """Where a word starts and ends; `after`: where it or the like of it stands first, from there on."""
        if self._spans is not None:
            return self._spans[number]
        word = self._written[number]
        start = self._letters.find(f" {word} ", after)
        return start, start + len(word)


def signs_of(raw: bytes) -> str:
    """An "a" for each plain letter and a "0" for each digit of a text in UTF-8; other signs of ASCII as they are.

    To look for a few signs in it costs a tenth of a pattern.
    """
    return raw.translate(_SIGNS).decode()


def words_with_figures(text: str, signs: str, plain: Words | None) -> Words:
    """The words of a folded text, also those that hold digits (a1c, 401k). `plain`: its `words_of`, when known.

    `signs`: its `signs_of`.
    """
    if "401" in text or "1099" in text or "w-2" in text:
        return words_of(text, WORD_WITH_FIGURES)
    if "a0" in signs or ("a 0" in signs and ("type " in text or "stage " in text or "chapter " in text)):
        return words_of(text, WORD_WITH_FIGURES)
    return words_of(text) if plain is None else plain


def words_of(text: str, pattern: re.Pattern[str] = WORD) -> Words:
    """The words of a folded text."""
    if pattern is WORD and text.isascii():
        if "'" not in text:
            letters = text.encode().translate(SPACED).decode()
            return Words(letters.split(), f" {letters} ")
        if "''" not in text:
            letters = f" {text.encode().translate(_SPACED_BUT_APOSTROPHES).decode()} "
            letters = letters.replace("' ", "  ").replace(" '", "  ")  # quotes around words are no part of them
            return Words(letters.replace("'", "").split(), letters, None, letters.split())
    found = list(pattern.finditer(text))
    names = [match.group() for match in found]
    if "'" in text:
        names = [name.replace("'", "") for name in names]
    return Words(names, "", [match.span() for match in found])


def phrases(lists: Mapping[str, Iterable[str]]) -> Phrases:
    """The phrases of lists by kind, ready to be found. A phrase may be on several lists."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for kind, entries in lists.items():
        for entry in entries:
            kinds[entry].add(kind)
    shared = {found: found for found in map(frozenset, kinds.values())}
    alone: dict[str, Entry] = {}
    longer: dict[str, dict[str, list[Entry]]] = defaultdict(dict)
    words: list[str] = []
    for place, (phrase, its_kinds) in enumerate(kinds.items()):
        first, *rest = phrase.split()
        kept = Entry(tuple(rest[1:]), phrase, shared[frozenset(its_kinds)], place)
        if rest:
            longer[first].setdefault(rest[0], []).append(kept)
        else:
            alone[first] = kept
        words += [first, *rest]
    begun = {
        first: Begun(alone.get(first), {second: in_order(found) for second, found in longer.get(first, {}).items()})
        for first in alone.keys() | longer.keys()
    }
    return Phrases(add_lexicon(begun, words))


def telling_words(lists: Iterable[str]) -> frozenset[str]:
    """One word of each phrase without which it cannot stand in a text: its rarest or longest."""
    return frozenset([max(phrase.split(), key=_tells) for phrase in lists])


def _tells(word: str) -> tuple[bool, int]:
    return word not in _COMMON, len(word)
