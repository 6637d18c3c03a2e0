"""Numbers that are spelled out ("four one double five", "cuarenta y uno") become digits that remember their words."""

import re
from typing import Final

from compliance.detectors.data_files import read
from compliance.detectors.folding import Folded

_DATA: Final = read("number_words")
_DIGITS: Final[dict[str, str]] = _DATA["digits"]
_TEENS: Final[dict[str, str]] = _DATA["teens"]
_TENS: Final[dict[str, str]] = _DATA["tens"]
_REPEATS: Final[dict[str, int]] = _DATA["repeats"]
_JOINERS: Final = frozenset(_DATA["joiners"])
_ZEROS: Final[dict[str, str]] = _DATA["zeros"]

NUMBER_WORDS: Final = frozenset(_DIGITS) | frozenset(_TEENS) | frozenset(_TENS)
_WITHIN: Final = NUMBER_WORDS | frozenset(_REPEATS) | frozenset(_ZEROS) | {"o"}
_TOKEN: Final = re.compile(r"[a-z]+|\d+")
_GAP: Final = re.compile(r"[\s,.\-_/:;|*]{0,4}\Z")
_FAR: Final = 4  # characters between two words of a row
FEWEST: Final = 3  # words in a row; two are everyday speech ("one two")

Token = tuple[str, int, int]
Digits = list[tuple[str, int, int]]  # digit, start, end


def spell_out(folded: Folded) -> Folded:
    """The same text with each row of three or more number words as digits; unchanged when there is none."""
    text = folded.text
    rows = _rows(text)
    if not rows:
        return folded
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0

    def keep(end: int) -> None:
        pieces.append(text[done:end])
        for place in range(done, end):
            first, last = folded.span(place, place + 1)
            starts.append(first)
            ends.append(last)

    for row in rows:
        for digits, start, end in _read(row):
            keep(start)
            first, last = folded.span(start, end)
            pieces.append(digits)
            starts.extend([first] * len(digits))
            ends.extend([last] * len(digits))
            done = end
    keep(len(text))
    return Folded("".join(pieces), folded.length, starts, ends)


def _rows(text: str) -> list[list[Token]]:
    """Runs of number words and digits with nothing but separators and joining words between."""
    rows: list[list[Token]] = []
    row: list[Token] = []
    joined: list[Token] = []
    for match in _TOKEN.finditer(text):
        word, start, end = match.group(), match.start(), match.end()
        last = joined[-1][2] if joined else row[-1][2] if row else start
        fits = word in _WITHIN or (bool(row) and word[0].isdigit())
        joins = word in _JOINERS
        near = bool(row) and (fits or joins) and start - last <= _FAR and bool(_GAP.match(text[last:start]))
        if joins and near and len(joined) < 2:
            joined.append((word, start, end))
            continue
        if row and not (near and fits):
            rows.append(row)
            row = []
        if fits and (row or word in NUMBER_WORDS or word in _REPEATS):
            row.append((word, start, end))
        joined = []
    if row:
        rows.append(row)
    return [row for row in rows if sum(word in NUMBER_WORDS for word, _, _ in row) >= FEWEST]


def _read(row: list[Token]) -> Digits:
    """The digits of a row, each with the words it stands for."""
    while row and (row[-1][0] == "o" or row[-1][0].isdigit() or row[-1][0] in _REPEATS):
        if row[-1][0].isdigit():
            break
        row = row[:-1]
    found: Digits = []
    place = 0
    while place < len(row):
        word, start, end = row[place]
        after = row[place + 1] if place + 1 < len(row) else None
        if word in _REPEATS and after and after[0] in _DIGITS:
            found.append((_DIGITS[after[0]] * _REPEATS[word], start, after[2]))
            place += 2
            continue
        if word in _TENS and after and after[0] in _DIGITS and _DIGITS[after[0]] != "0":
            found.append((_TENS[word], start, end))
        elif word in _TENS:
            found.append((_TENS[word] + "0", start, end))
        elif word in _DIGITS or word in _TEENS or word in _ZEROS or word == "o":
            found.append((_DIGITS.get(word) or _TEENS.get(word) or _ZEROS.get(word) or "0", start, end))
        place += 1
    return found
