"""Phrases of one list, sentence by sentence."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from compliance.detectors.vocabulary import WORD, Hit

_END = re.compile(r"[.!?;](?=\s|\Z)|\n|(?<=[?!])")
_start = attrgetter("start")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters `start` to `end` of the text with the phrases in it, by kind, each in order."""

    text: str  # the whole folded text
    start: int
    end: int
    by_kind: dict[str, list[Hit]]

    def kind(self, *kinds: str) -> list[Hit]:
        """The phrases on any of these lists, in order."""
        if len(kinds) == 1:
            return self.by_kind.get(kinds[0], [])
        return sorted({hit for kind in kinds for hit in self.by_kind.get(kind, ())}, key=_start)

    def before(self, place: int, distance: int, *kinds: str) -> Hit | None:
        """The last phrase of these lists that ends at most so many characters before a place."""
        best = None
        for kind in kinds:
            hits = self.by_kind.get(kind, ())
            at = bisect_left(hits, place, key=_start) - 1
            if (
                at >= 0
                and hits[at].end <= place
                and place - hits[at].end <= distance
                and (best is None or hits[at].start > best.start)
            ):
                best = hits[at]
        return best

    def after(self, place: int, distance: int, *kinds: str) -> Hit | None:
        """The first phrase of these lists that begins at most so many characters after a place."""
        best = None
        for kind in kinds:
            hits = self.by_kind.get(kind, ())
            at = bisect_left(hits, place, key=_start)
            if at < len(hits) and hits[at].start - place <= distance and (best is None or hits[at].start < best.start):
                best = hits[at]
        return best

    def around(self, start: int, end: int, distance: int, *kinds: str) -> Hit | None:
        """A phrase of these lists close to a span."""
        return self.before(start, distance, *kinds) or self.after(end, distance, *kinds)

    def words_between(self, start: int, end: int) -> list[str]:
        """The words from one place to another."""
        return WORD.findall(self.text, start, end)

    @property
    def asks(self) -> bool:
        """Whether it ends as a question."""
        return self.text[self.end : self.end + 1] == "?" or self.text[self.end - 1 : self.end] == "?"


def sentences(text: str, hits: Iterable[Hit], prefix: str) -> list[Sentence]:
    """The sentences of a text that hold any of the phrases. `prefix` is taken off the kinds."""
    found: list[Sentence] = []
    ordered = list(hits)
    ends = [match.start() for match in _END.finditer(text)] + [len(text)]
    place, start = 0, 0
    for end in ends:
        by_kind: dict[str, list[Hit]] = defaultdict(list)
        while place < len(ordered) and ordered[place].start < end:
            hit = ordered[place]
            for kind in hit.kinds:
                by_kind[kind.removeprefix(prefix)].append(hit)
            place += 1
        if by_kind:
            found.append(Sentence(text, start, end, dict(by_kind)))
        start = end
    return found
