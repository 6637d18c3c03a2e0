"""Where sentences of a folded text end."""

import re
from typing import Final

_MARK: Final = re.compile(r"[.!?;\n]")
_AS_MARKS: Final = bytes(ord(".") if chr(byte) in ".!?;\n" else ord(" ") for byte in range(256))


def sentence_ends(text: str) -> list[int]:
    """At a line's end, at a mark before a space, behind every ? and !, and at the end of the text."""
    ends: list[int] = []
    if not text.isascii():
        for match in _MARK.finditer(text):
            _end_at(text, match.start(), ends)
    else:  # looked for among signs, which takes less than the pattern
        signs = text.encode().translate(_AS_MARKS).decode()
        place = signs.find(".")
        while place >= 0:
            _end_at(text, place, ends)
            place = signs.find(".", place + 1)
    ends.append(len(text))
    return ends


def _end_at(text: str, place: int, ends: list[int]) -> None:
    """Add the ends that the mark at a place makes."""
    mark = text[place]
    if mark == "\n" or not text[place + 1 : place + 2].strip():
        ends.append(place)
    if mark == "?" or mark == "!":  # noqa: PLR1714 - in a set costs more
        ends.append(place + 1)
