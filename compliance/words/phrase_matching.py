"""A small language for phrases, so that people can read and extend the word lists in `data/`.

A phrase is a row of tokens between spaces, matched against plain words (lower case, no accents, no punctuation):

    word            that word                       a|b     one of these words
    <name>          one entry of the list `name`    <any>   any one word
    !name           any one word that begins no entry of the list; `!name/ing`: one that ends in "ing", too
    $               the end of the text (where the caller marks it)
    ? * +           after a token: at most once, up to eight times, one to eight times

Matching follows all possibilities at once and never goes back, so its time is in step with the text, whatever the text.
Plain values: no Django.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

_REPEATS = {"": (1, 1), "?": (0, 1), "*": (0, 8), "+": (1, 8)}
_TOKEN = re.compile(r"(?P<kind><|!)?(?P<body>[^<>!?*+/]+)>?(?:/(?P<suffix>[a-z]+))?(?P<repeat>[?*+]?)")

END = "$"  # a word of its own that callers put after the last word, so that a phrase can ask for the end

Lists = Mapping[str, Sequence[str]]
Words = Sequence[str]


class BadPhrase(ValueError):
    """A phrase in a data file that cannot be understood; names it."""


@dataclass(frozen=True, slots=True)
class Token:
    """One place in a phrase: which entries may stand there, how many times."""

    entries: Mapping[str, tuple[tuple[str, ...], ...]]  # what may follow, by first word of the entry
    low: int
    high: int
    others: bool = False  # instead any word that is not in `entries`
    suffix: str = ""  # and that ends like this

    def after(self, words: Words, start: int) -> Iterator[int]:
        """Where the text goes on after one entry at `start`."""
        if start < len(words):
            rests = self.entries.get(words[start])
            if self.others:
                if rests is None and words[start].endswith(self.suffix):
                    yield start + 1
            elif rests is not None:
                for rest in rests:
                    end = start + 1 + len(rest)
                    if tuple(words[start + 1 : end]) == rest:
                        yield end

    def ends(self, words: Words, starts: set[int]) -> set[int]:
        """Where the text may go on after this token with its repetitions."""
        reached = set(starts) if self.low == 0 else set()
        current = starts
        for _ in range(self.high):
            current = {end for start in current for end in self.after(words, start)}
            if not current - reached:
                break
            reached |= current
        return reached


def entries(found: Iterable[str], repeat: str = "") -> Token:
    """A token of its own: one of these entries of one or more words."""
    rests: dict[str, list[tuple[str, ...]]] = {}
    for entry in found:
        first, *rest = entry.split()
        rests.setdefault(first, []).append(tuple(rest))
    low, high = _REPEATS[repeat]
    return Token({first: tuple(sorted(set(rest))) for first, rest in rests.items()}, low, high)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """`needs`: a text without any of these words holds no such phrase. None when nothing can be said."""

    label: str
    tokens: tuple[Token, ...]
    needs: frozenset[str] | None


class Phrases:
    """Phrases with a label each, found by their first word. Raises `BadPhrase` for one that cannot be understood."""

    def __init__(self, labelled: Iterable[tuple[str, str]], lists: Lists) -> None:
        self._by_first: dict[str, list[_Phrase]] = {}
        self._by_any: list[_Phrase] = []
        for label, phrase in labelled:
            tokens = tuple(_token(token, phrase, lists) for token in phrase.split())
            self._index(_Phrase(label, tokens, _needs(tokens)))

    def _index(self, phrase: _Phrase) -> None:
        firsts: set[str] = set()
        for token in phrase.tokens:
            if token.others:
                self._by_any.append(phrase)
                return
            firsts.update(token.entries)
            if token.low:
                break
        for first in firsts:
            self._by_first.setdefault(first, []).append(phrase)

    def at(self, words: Words, start: int) -> Iterator[tuple[str, set[int]]]:
        """Label and possible ends of every phrase that begins at `start`."""
        return self._at(words, start, frozenset(words))

    def _at(self, words: Words, start: int, present: frozenset[str]) -> Iterator[tuple[str, set[int]]]:
        if start >= len(words):
            return
        for phrases in (self._by_first.get(words[start], ()), self._by_any):
            for phrase in phrases:
                if phrase.needs is not None and phrase.needs.isdisjoint(present):
                    continue
                ends = {start}
                for token in phrase.tokens:
                    ends = token.ends(words, ends)
                    if not ends:
                        break
                ends.discard(start)
                if ends:
                    yield phrase.label, ends

    def possible(self, words: Words) -> bool:
        """False when no phrase can stand in these words; cheaper than looking."""
        present = frozenset(words)
        begun = (phrase for word in present for phrase in self._by_first.get(word, ()))
        return any(phrase.needs is None or not phrase.needs.isdisjoint(present) for phrase in (*self._by_any, *begun))

    def filling(self, words: Words) -> str | None:
        """The label of a phrase that is exactly these words."""
        return next((label for label, ends in self.at(words, 0) if len(words) in ends), None)

    def leading(self, words: Words) -> bool:
        """Whether some phrase stands at the beginning."""
        return next(self.at(words, 0), None) is not None

    def first(self, words: Words) -> str | None:
        """The label of the first phrase that stands anywhere in these words."""
        if not self.possible(words):
            return None
        present = frozenset(words)
        return next((label for start in range(len(words)) for label, _ in self._at(words, start, present)), None)

    def replaced(self, words: Words, by: str) -> list[str]:
        """The words with every phrase, longest first from the left, replaced by one word."""
        if not self.possible(words):
            return list(words)
        present = frozenset(words)
        kept: list[str] = []
        start = 0
        while start < len(words):
            end = max((max(ends) for _, ends in self._at(words, start, present)), default=start)
            kept.append(by if end > start else words[start])
            start = max(end, start + 1)
        return kept


def _needs(tokens: Sequence[Token]) -> frozenset[str] | None:
    """The first words of the rarest token that no text can do without; of the first token only if there is no other."""
    needed = [token for token in tokens if token.low and not token.others]
    rarest = min(needed[1:] or needed, key=lambda token: len(token.entries), default=None)
    return None if rarest is None else frozenset(rarest.entries)


def _token(token: str, phrase: str, lists: Lists) -> Token:
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        raise BadPhrase(f"{token!r} in {phrase!r}")
    body, repeat, kind = parts["body"], parts["repeat"], parts["kind"]
    if kind is None:
        return entries(body.split("|"), repeat)
    if kind == "<" and body == "any":
        return Token({}, *_REPEATS[repeat], others=True)
    if body not in lists:
        raise BadPhrase(f"no list {body!r} for {phrase!r}")
    found = entries(lists[body], repeat)
    if kind == "<":
        return found
    return Token(found.entries, found.low, found.high, others=True, suffix=parts["suffix"] or "")
