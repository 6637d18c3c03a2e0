"""Dates as people write them, for birth dates and a card's expiry. English, Spanish, German and French month names."""

import datetime
import re
from typing import Final, final

from compliance.detectors.data_files import read
from compliance.detectors.digit_runs import at_digits
from compliance.detectors.reading import Reading

_MONTHS: Final[dict[str, int]] = {
    name: number for number, names in enumerate(read("months")["months"], 1) for name in names
}
_MONTH: Final = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_YEAR: Final = r"(?:(?:19|20)\d\d|'?\d\d(?!\d)(?! ?\d ?\d(?!\d)))"  # not the nineteen of "nineteen eighty eight"
_OLDEST: Final = 1900

_NUMERIC: Final = re.compile(
    r"(?<![\d])(?<!\d[/\-.])(?:(?P<iso>(?:19|20)\d\d)(?P<m1>[/\-. ])(?P<a>\d{1,2})(?P=m1)(?P<b>\d{1,2})"
    r"|(?P<c>\d{1,2})(?P<m2> ?[/\-.] ?| )(?P<d>\d{1,2})(?P=m2)(?P<y>(?:19|20)\d\d|\d\d))(?!\d|[/\-.]\d)"
)
_MARKS_BETWEEN: Final = bytes(
    ord("0") if 48 <= byte <= 57 else ord(" ") if chr(byte) in " /-." else ord("x") for byte in range(256)
)
_EIGHT_DIGITS: Final = "0" * 8
_GLUED_BEFORE: Final = ("", "st", "nd", "rd", "th", "o")
_GLUED_BEHIND: Final = ("", "of", "de", "del", "the", "twenty", "thirty")
_MONTH_WORDS: Final = frozenset(
    before + name + behind for name in _MONTHS for before in _GLUED_BEFORE for behind in _GLUED_BEHIND
)
"""Words that hold a month's name where a pattern of a date lets it touch letters: "12thmarch", "marchof 1990"."""
_OF: Final = "(?:of |de |del )?"
_DAY: Final = r"\d{1,2}(?:st|nd|rd|th|\.|o)?"
_MARKS: Final = r"[ \-/,]{0,2}"
_NAMED: Final = re.compile(
    rf"(?<![a-z0-9])(?:{_DAY}[ \-/]{{0,2}}{_OF}{_MONTH}\.?{_MARKS}{_OF}(?P<year>{_YEAR})"
    rf"|{_MONTH}\.?{_MARKS}(?:the )?\d{{1,2}}(?:st|nd|rd|th)?[ ,\-/]{{1,2}}(?:of )?(?P<year2>{_YEAR})"
    rf"|{_MONTH}[ \-/,.]{{1,2}}(?:of )?(?P<year3>(?:19|20)\d\d))(?![a-z0-9])"
)
_COMPACT: Final = re.compile(
    r"(?:(?<![\w\-/.])|(?<=dob))(?:(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:19|20)\d\d)(?![\w\-/]|\.\d)"
)

_SIX: Final = re.compile(
    r"(?<![\w\-/.])(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2]))\d\d(?![\w\-/])"
)
_RIGHT_BEHIND: Final = 5  # characters from a word of birth to a date of six digits


@final
class Date:
    """A possible date; `year` in full where four digits were written or it can only mean one in the last century."""

    __slots__ = ("compact", "end", "start", "year")

    def __init__(self, start: int, end: int, year: int | None, compact: bool = False) -> None:
        """`end` is exclusive; `compact`: written without marks."""
        self.start = start
        self.end = end
        self.year = year
        self.compact = compact


def dates(reading: Reading, *, named: bool) -> list[Date]:
    """Every date in a text, in order; those with a month's name or without marks only if `named`."""
    text = reading.text
    marks = text.encode("utf-8", "replace").translate(_MARKS_BETWEEN).decode()
    found: list[Date] = []
    if _may_hold_digits(marks):
        for match in at_digits(_NUMERIC, text, reading.starts()):
            date = _numeric(match)
            if date is not None:
                found.append(date)
    if not named:
        return found
    several = len(found)
    if names_a_month(reading):
        for match in _NAMED.finditer(text):
            year = _year(match["year"] or match["year2"] or match["year3"])
            found.append(Date(match.start(), match.end(), year))
    if "000000" in marks:
        for match in at_digits(_SIX, text, reading.starts()):
            if reading.near("DATE_OF_BIRTH", *match.span(), before=_RIGHT_BEHIND, after=-1):
                found.append(Date(match.start(), match.end(), None, compact=True))
    if _EIGHT_DIGITS in marks:
        found += [
            Date(match.start(), match.end(), None, compact=True)
            for match in at_digits(_COMPACT, text, reading.starts())
        ]
    return sorted(found, key=_place) if len(found) > several else found


def _place(date: Date) -> tuple[int, int]:
    return date.start, -date.end


def names_a_month(reading: Reading) -> bool:
    """Whether a word of the text may be a month; False only where none of the patterns with a month's name holds."""
    return reading.words is None or "'" in reading.text or not _MONTH_WORDS.isdisjoint(reading.words.names)


def _may_hold_digits(marks: str) -> bool:
    """Whether two digits stand anywhere with nothing but marks of dates between; in signs of `_MARKS_BETWEEN`."""
    return "0 0" in marks or "0  0" in marks or "0   0" in marks


def _numeric(match: re.Match[str]) -> Date | None:
    a, b, c, d, iso, y = match.group("a", "b", "c", "d", "iso", "y")
    one, other = int(a or c), int(b or d)
    if not (1 <= one <= 31 and 1 <= other <= 31 and min(one, other) <= 12):
        return None
    return Date(match.start(), match.end(), _year(iso or y))


def _year(written: str) -> int | None:
    digits = written.strip("'")
    return int(digits) if len(digits) == 4 else None


def could_be_birth(date: Date, *, party: bool) -> bool:
    """Whether somebody alive may be born then; `party`: the word was "birthday", which is also this year's feast."""
    this_year = datetime.datetime.now(tz=datetime.UTC).year
    if date.year is None:
        return True
    return _OLDEST <= date.year <= this_year - (1 if party else 0)
