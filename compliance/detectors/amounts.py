"""Amounts in a sentence: numbers that may be money, with their sign and their size, and shares."""

import re
from bisect import bisect_left
from typing import Final, final

from compliance.detectors.reading import Reading
from compliance.detectors.sentences import Sentence

SURELY_MONEY: Final = 1000  # a number from which "a month" further on makes it money
_WORTH: Final = r"(?:k|m|mm|b|bn|mil|million|billion|thousand|grand|hundred)"
_CURRENCY: Final = r"(?:dollars?|usd|bucks|euros?|eur|pounds|gbp|quid|cents|pesos|dolares|mxn|cad|€|£)"
_NUMBER: Final = r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d\d?)?|\d{1,9}(?:[.,]\d\d?)?)"
_NOT_MONEY: Final = (
    r"(?! ?(?:am|pm|mins?|minutes|points|pts|miles|sq|lbs|days|weeks|years|texts|x)\b)"
    r"(?!\d|:|/(?! ?(?:hr|hour|mo|yr|wk|week|month|year)))(?!-\d)"
)
_AMOUNT: Final = re.compile(
    rf"(?<![\w.,$])-?(?P<sign>[$£€] ?|usd ?|eur ?|gbp ?)?{_NUMBER}"
    rf"(?P<unit> ?{_WORTH}(?![a-z])| ?{_CURRENCY}(?![a-z])|%| ?percent| ?pct)?{_NOT_MONEY}"
)
_SIGNS: Final = frozenset(("usd", "eur", "gbp"))
_LETTERS: Final = 3  # of those
_SHARES: Final = ("%", "percent", "pct")
_ONES: Final = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen"
)
_TENS: Final = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_SPELLED: Final = re.compile(  # "eighteen hundred", "forty two thousand dollars"
    rf"(?<![a-z])(?:(?:{_TENS})[ -])?(?:{_ONES}|{_TENS}) (?:hundred|thousand|grand)"
    rf"(?P<unit> ?{_CURRENCY}(?![a-z]))?(?![a-z]){_NOT_MONEY}"
)


@final
class Amount:
    """`money`: with a currency or a size (k, million). `percent`: a share."""

    __slots__ = ("end", "money", "percent", "start", "value")

    def __init__(self, start: int, end: int, money: bool, percent: bool, value: float) -> None:
        """`end` is exclusive."""
        self.start = start
        self.end = end
        self.money = money
        self.percent = percent
        self.value = value


def amounts_of(reading: Reading, sentence: Sentence) -> list[Amount]:
    """Those of a sentence: written with digits, in their order, then those in words."""
    found: list[Amount] = []
    text, last, limit = sentence.text, sentence.start, min(len(sentence.text), sentence.end + 4)
    starts = reading.starts()
    for place in range(bisect_left(starts, last), len(starts)):
        if starts[place] >= limit:
            break
        match = _amount_at(text, starts[place], last, limit) if starts[place] >= last else None
        if match is None:
            continue
        last = match.end()
        sign, number, after = match.group("sign", "number", "unit")
        unit = after.strip() if after else ""
        share = unit in _SHARES
        start = match.start("sign" if sign else "number")
        found.append(Amount(start, last, bool(sign or (unit and not share)), share, float(number.replace(",", ""))))
    if "hundred" in text or "thousand" in text or "grand" in text:
        found += [
            Amount(match.start(), match.end(), match["unit"] is not None, False, SURELY_MONEY)
            for match in _SPELLED.finditer(text, sentence.start, limit)
        ]
    return found


def amount_right_at(text: str, place: int) -> tuple[int, int] | None:
    """Where the amount that begins at a place begins and ends."""
    match = _AMOUNT.match(text, place)
    return match.span() if match else None


def _amount_at(text: str, start: int, earliest: int, limit: int) -> re.Match[str] | None:
    """The amount whose number begins at a place, with the sign and the minus before it.

    Of all places where it may begin the first, as the pattern would find it by itself; none before `earliest`.
    """
    sign = start
    at = start - 1 if start > 0 and text[start - 1] == " " else start
    if at > 0 and text[at - 1] in "$£€":
        sign = at - 1
    elif at >= _LETTERS and text[at - _LETTERS : at] in _SIGNS:
        sign = at - _LETTERS
    match = _from_minus(text, sign, earliest, limit)
    return match or _from_minus(text, start, earliest, limit) if sign < start else match


def _from_minus(text: str, place: int, earliest: int, limit: int) -> re.Match[str] | None:
    """The amount that begins at a place or at the minus before it."""
    if place > earliest and text[place - 1] == "-":
        match = _AMOUNT.match(text, place - 1, limit)
        if match is not None:
            return match
    return _AMOUNT.match(text, place, limit) if place >= earliest else None
