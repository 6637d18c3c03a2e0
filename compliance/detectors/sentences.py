"""Phrases of one list, sentence by sentence."""

from typing import final

from compliance.detectors.reading import Reading
from compliance.detectors.vocabulary import WORD, Hit, first_from


@final
class Sentence:
    """Characters `start` to `end` of the text with the phrases in it, by kind, each in order."""

    __slots__ = ("by_kind", "end", "start", "text")

    def __init__(self, text: str, start: int, end: int, by_kind: dict[str, list[Hit]]) -> None:
        """`text`: the whole folded text."""
        self.text = text
        self.start = start
        self.end = end
        self.by_kind = by_kind

    def kind(self, *kinds: str) -> list[Hit]:
        """The phrases on any of these lists, in order."""
        if len(kinds) == 1:
            return self.by_kind.get(kinds[0], [])
        held = [self.by_kind[kind] for kind in kinds if kind in self.by_kind]
        if len(held) < 2:
            return held[0] if held else []
        if all(other == held[0] for other in held):
            return held[0]  # the same phrases, which stand on several lists
        return sorted({(hit.start, hit.end): hit for hits in held for hit in hits}.values(), key=_place)

    def before(self, place: int, distance: int, *kinds: str) -> Hit | None:
        """The last phrase of these lists that ends at most so many characters before a place."""
        best = None
        for kind in kinds:
            hits = self.by_kind.get(kind)
            if hits is None:
                continue
            at = first_from(hits, place) - 1
            if at >= 0:
                hit = hits[at]
                if hit.end <= place and place - hit.end <= distance and (best is None or hit.start > best.start):
                    best = hit
        return best

    def after(self, place: int, distance: int, *kinds: str) -> Hit | None:
        """The first phrase of these lists that begins at most so many characters after a place."""
        best = None
        for kind in kinds:
            hits = self.by_kind.get(kind)
            if hits is None:
                continue
            at = first_from(hits, place)
            if at < len(hits):
                hit = hits[at]
                if hit.start - place <= distance and (best is None or hit.start < best.start):
                    best = hit
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


def _place(hit: Hit) -> tuple[int, int]:
    return hit.start, hit.end


def sentences(reading: Reading, hits: list[Hit]) -> list[Sentence]:
    """The sentences of a text that hold any of the phrases."""
    found: list[Sentence] = []
    if not hits:
        return found
    text = reading.text
    place, start, count = 0, 0, len(hits)
    for end in reading.ends():
        if place == count:
            break
        by_kind: dict[str, list[Hit]] = {}
        while place < count and hits[place].start < end:
            hit = hits[place]
            for kind in hit.kinds:
                if kind in by_kind:
                    by_kind[kind].append(hit)
                else:
                    by_kind[kind] = [hit]
            place += 1
        if by_kind:
            found.append(Sentence(text, start, end, by_kind))
        start = end
    return found
