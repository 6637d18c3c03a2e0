"""Text as the detectors read it: lower case, no accents, one kind of digit and dash; and the way back to the original.

People write numbers full-width, as keycaps, in Arabic digits, with letters of other alphabets or invisible characters
between. All that becomes plain characters here, once; each folded character remembers where it came from.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, final

from compliance.detectors.folding_table import GONE, TABLE

_CONTROL_CHARACTERS: Final = "".join(map(chr, (1, *range(3, 9), 11, 12, *range(14, 32), 127)))
_CONTROLS: Final = bytes(1 if chr(byte) in _CONTROL_CHARACTERS else 32 for byte in range(256))


@final
class Folded:
    """`text` to read; character `i` of it is `original[starts[i]:ends[i]]`. Without lists: the same places."""

    __slots__ = ("ends", "length", "starts", "text")

    def __init__(
        self, text: str, length: int, starts: Sequence[int] | None = None, ends: Sequence[int] | None = None
    ) -> None:
        """`starts` and `ends`: a place in the original for each character of `text`, or neither."""
        self.text = text
        self.length = length
        self.starts = starts
        self.ends = ends

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where folded characters `start` to `end` (exclusive, not empty) stand in the original."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def places(self, start: int, end: int) -> tuple[int, int] | None:
        """Where original characters `start` to `end` stand in the folded text; None when nothing of them is seen."""
        if self.starts is None:
            return start, end
        first, last = bisect_left(self.starts, start), bisect_left(self.starts, end)
        return (first, last) if last > first else None


def is_plain(text: str) -> bool:
    """Whether every character of a text is seen as it stands: ASCII without control characters."""
    return text.isascii() and 1 not in text.encode().translate(_CONTROLS)


def fold_plain(text: str) -> Folded:
    """What `fold` gives for a text that is plain."""
    plain = text.lower()
    if "\r" in plain or "\x00" in plain:
        plain = plain.replace("\r", "\n").replace("\x00", " ")
    return Folded(plain, len(text))


def fold(text: str) -> Folded:
    """The text as the detectors read it. Any text will do; lone surrogates stay what they are."""
    if is_plain(text):
        return fold_plain(text)
    quick = text.translate(TABLE)
    if len(quick) == len(text) and GONE not in quick:
        return Folded(quick.lower().replace("\r", "\n"), len(text))
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    table = TABLE
    for place, char in enumerate(text):
        folded = table[ord(char)]
        if folded == GONE:
            if ends and ends[-1] == place:
                ends[-1] = place + 1  # the keycap's frame goes with its digit
            continue
        folded = folded.lower()
        for letter in folded:
            letters.append(letter)
            starts.append(place)
            ends.append(place + 1)
    return Folded("".join(letters).replace("\r", "\n"), len(text), starts, ends)
