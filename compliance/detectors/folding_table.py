"""What each character is read as. Kept apart from `folding`: a table that learns is a subclass of `dict`."""

import unicodedata
from typing import Final

from compliance.detectors.data_files import read

_REMEMBERED: Final = 20_000  # folded characters kept at most; the rest is folded anew each time
GONE: Final = "\x00"
"""Stands in the table for what is not seen."""
_UNSEEN: Final = frozenset(("Mn", "Me", "Mc", "Cf"))  # accents, keycap frames, joiners
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")  # letters by name, blanks by sight
_KEPT_CONTROLS: Final = "\t\n\r\x02"


def _tables() -> dict[str, str]:
    data = read("look_alikes")
    known: dict[str, str] = {**data["letters"], **data["marks"]}
    known.update({upper: plain for letter, plain in data["letters"].items() if len(upper := letter.upper()) == 1})
    return known


_KNOWN: Final = _tables()


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
        folded = _fold_character(chr(code)) or GONE
        if len(self) < _REMEMBERED:
            self[code] = folded
        return folded


TABLE: Final = _Table()
"""By code point."""
