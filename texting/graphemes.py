"""Cuts a text into what a person sees as one character (an "e" with its accent, a flag, a family emoji).

The rules are Unicode's extended grapheme clusters (UAX #29), with one difference that counting texts needs: CR and LF
stay apart, because each costs a unit. Categories come from Python's own Unicode tables; after a zero-width joiner whole
blocks of pictures are accepted instead of Unicode's exact list, so emoji newer than those tables stay together too.
Plain values: no Django.
"""

import unicodedata
from collections.abc import Iterator
from enum import Enum, auto
from functools import lru_cache

# Blocks that hold every Extended_Pictographic character (Unicode emoji data), as inclusive ranges of code points.
PICTOGRAPHS: tuple[tuple[int, int], ...] = (
    *((point, point) for point in (0xA9, 0xAE, 0x203C, 0x2049, 0x2122, 0x2139, 0x24C2, 0x3030, 0x303D, 0x3297, 0x3299)),
    *((0x2190, 0x21FF), (0x2300, 0x23FF), (0x25A0, 0x27BF), (0x2900, 0x297F), (0x2B00, 0x2BFF)),
    *((0x1F000, 0x1F1E5), (0x1F200, 0x1F3FA), (0x1F400, 0x1FAFF)),
)


class _Kind(Enum):
    OTHER = auto()
    CONTROL = auto()
    EXTEND = auto()
    JOINER = auto()
    PREPEND = auto()
    FLAG_LETTER = auto()
    PICTOGRAPH = auto()
    HANGUL_L = auto()
    HANGUL_V = auto()
    HANGUL_T = auto()
    HANGUL_LV = auto()
    HANGUL_LVT = auto()


_HANGUL_JOINS = {
    _Kind.HANGUL_L: {_Kind.HANGUL_L, _Kind.HANGUL_V, _Kind.HANGUL_LV, _Kind.HANGUL_LVT},
    _Kind.HANGUL_V: {_Kind.HANGUL_V, _Kind.HANGUL_T},
    _Kind.HANGUL_LV: {_Kind.HANGUL_V, _Kind.HANGUL_T},
    _Kind.HANGUL_T: {_Kind.HANGUL_T},
    _Kind.HANGUL_LVT: {_Kind.HANGUL_T},
}
_RANGES = (
    (0x0600, 0x0605, _Kind.PREPEND),
    (0x06DD, 0x06DD, _Kind.PREPEND),
    (0x070F, 0x070F, _Kind.PREPEND),
    (0x0890, 0x0891, _Kind.PREPEND),
    (0x08E2, 0x08E2, _Kind.PREPEND),
    (0x0D4E, 0x0D4E, _Kind.PREPEND),
    (0x0E33, 0x0E33, _Kind.EXTEND),  # Thai and Lao AM: letters by category, yet never first
    (0x0EB3, 0x0EB3, _Kind.EXTEND),
    (0x1100, 0x115F, _Kind.HANGUL_L),
    (0x1160, 0x11A7, _Kind.HANGUL_V),
    (0x11A8, 0x11FF, _Kind.HANGUL_T),
    (0x200C, 0x200C, _Kind.EXTEND),
    (0x200D, 0x200D, _Kind.JOINER),
    (0xA960, 0xA97C, _Kind.HANGUL_L),
    (0xD7B0, 0xD7C6, _Kind.HANGUL_V),
    (0xD7CB, 0xD7FB, _Kind.HANGUL_T),
    (0xFF9E, 0xFF9F, _Kind.EXTEND),
    (0x1F1E6, 0x1F1FF, _Kind.FLAG_LETTER),
    (0x1F3FB, 0x1F3FF, _Kind.EXTEND),  # skin tones
    (0xE0020, 0xE007F, _Kind.EXTEND),  # tags, as in the flag of Scotland
    *((low, high, _Kind.PICTOGRAPH) for low, high in PICTOGRAPHS),
)


@lru_cache(maxsize=8192)
def _kind(character: str) -> _Kind:
    point = ord(character)
    if 0xAC00 <= point <= 0xD7A3:
        return _Kind.HANGUL_LVT if (point - 0xAC00) % 28 else _Kind.HANGUL_LV
    for low, high, kind in _RANGES:
        if low <= point <= high:
            return kind
    category = unicodedata.category(character)
    if category in {"Cc", "Cf", "Zl", "Zp"}:
        return _Kind.CONTROL
    return _Kind.EXTEND if category.startswith("M") else _Kind.OTHER


def _joins(first: _Kind, previous: _Kind, following: _Kind, flag_letters: int) -> bool:
    """Whether `following` belongs to the cluster that began with `first` and so far ends with `previous`."""
    if _Kind.CONTROL in {previous, following}:
        return False
    if following in {_Kind.EXTEND, _Kind.JOINER} or previous is _Kind.PREPEND:
        return True
    if previous is _Kind.JOINER:
        return first is _Kind.PICTOGRAPH and following is _Kind.PICTOGRAPH
    if previous is _Kind.FLAG_LETTER:
        return following is _Kind.FLAG_LETTER and flag_letters == 1
    return following in _HANGUL_JOINS.get(previous, ())


def clusters(text: str) -> Iterator[str]:
    """The text's grapheme clusters in order; joined again they are the text. Linear time."""
    start, first, previous, flag_letters = 0, _Kind.OTHER, _Kind.CONTROL, 0
    for index, character in enumerate(text):
        kind = _kind(character)
        if not _joins(first, previous, kind, flag_letters):
            if index > start:
                yield text[start:index]
            start, first, flag_letters = index, kind, 0
        flag_letters += kind is _Kind.FLAG_LETTER
        previous = kind
    if text:
        yield text[start:]
