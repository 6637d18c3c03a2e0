"""Text as the detectors read it: lower case, no accents, one kind of digit and dash; and the way back to the original.

People write numbers full-width, as keycaps, in Arabic digits, with letters of other alphabets or invisible characters
between. All that becomes plain characters here, once; each folded character remembers where it came from.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from compliance.detectors.data_files import read

_REMEMBERED = 20_000  # folded characters kept at most; the rest is folded anew each time
_GONE = "\x00"
_UNSEEN = frozenset(("Mn", "Me", "Mc", "Cf"))  # accents, keycap frames, joiners
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")  # letters by name, blanks by sight
_CONTROLS = re.compile(r"[\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f]")
_KEPT_CONTROLS = "\t\n\r\x02"


def _tables() -> dict[str, str]:
    data = read("look_alikes")
    known: dict[str, str] = {**data["letters"], **data["marks"]}
    known.update({upper: plain for letter, plain in data["letters"].items() if len(upper := letter.upper()) == 1})
    return known


_KNOWN = _tables()


def _fold_character(char: str) -> str:
    """What one character is read as; nothing for what is not seen (joiners, accents, keycap frames)."""
    known = _KNOWN.get(char)
    if known is not None:
        return known
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    read_as = []
    for part in unicodedata.normalize("NFKD", char):
        category = unicodedata.category(part)
        if category in _UNSEEN or part in _FILLERS:
            continue
        if category == "Cc" and part not in _KEPT_CONTROLS:
            read_as.append(" " if part.isspace() else "")
            continue
        decimal = unicodedata.decimal(part, None)
        if decimal is not None:
            read_as.append(str(decimal))
        elif category == "Pd":
            read_as.append("-")
        elif category == "Zs":
            read_as.append(" ")
        else:
            read_as.append(
                "".join(_KNOWN.get(small, small) for small in part.lower() if not unicodedata.combining(small))
            )
    return "".join(read_as)


class _Table(dict[int, str]):
    """Characters folded so far, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code)) or _GONE
        if len(self) < _REMEMBERED:
            self[code] = folded
        return folded


_TABLE = _Table()


class Folded(NamedTuple):
    """`text` to read; character `i` of it is `original[starts[i]:ends[i]]`. Without lists: the same places."""

    text: str
    length: int  # of the original
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

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
    return text.isascii() and (text.isprintable() or not _CONTROLS.search(text))


def fold(text: str) -> Folded:
    """The text as the detectors read it. Any text will do; lone surrogates stay what they are."""
    if is_plain(text):
        plain = text.lower()
        if "\r" in plain or "\x00" in plain:
            plain = plain.replace("\r", "\n").replace("\x00", " ")
        return Folded(plain, len(text))
    quick = text.translate(_TABLE)
    if len(quick) == len(text) and _GONE not in quick:
        return Folded(quick.lower().replace("\r", "\n"), len(text))
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    table = _TABLE
    for place, char in enumerate(text):
        folded = table[ord(char)]
        if folded == _GONE:
            if ends and ends[-1] == place:
                ends[-1] = place + 1  # the keycap's frame goes with its digit
            continue
        folded = folded.lower()
        for letter in folded:
            letters.append(letter)
            starts.append(place)
            ends.append(place + 1)
    return Folded("".join(letters).replace("\r", "\n"), len(text), starts, ends)
