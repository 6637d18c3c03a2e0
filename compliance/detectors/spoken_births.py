"""Dates of birth told in words: "the third of june nineteen fifty nine", "oct 3 oh seven", "tres de mayo de mil"."""

import re
from typing import Final

from compliance.detectors.data_files import read
from compliance.detectors.dates import names_a_month
from compliance.detectors.reading import Draft, Reading, reasons

_MONTH: Final = (
    "(?:"
    + "|".join(sorted({name for names in read("months")["months"] for name in names}, key=len, reverse=True))
    + ")"
)
_WORDS: Final = read("number_words")
_ONE: Final = "(?:" + "|".join(sorted(set(_WORDS["digits"]) - {"zero", "cero", "oh"}, key=len, reverse=True)) + ")"
_TEN: Final = "(?:" + "|".join(sorted({*_WORDS["tens"], *_WORDS["teens"]}, key=len, reverse=True)) + ")"
_ORDINAL: Final = "(?:" + "|".join(sorted(_WORDS["ordinals"], key=len, reverse=True)) + ")"
_UNDER_HUNDRED: Final = rf"(?:{_TEN}(?:(?: | y |-){_ONE})?|(?:oh|o|zero) {_ONE}|{_ONE})"
_DAY: Final = rf"(?:{_TEN}[ -]{_ORDINAL}|{_ORDINAL}|{_TEN}(?:(?: | y ){_ONE})?|{_ONE}|\d{{1,2}}(?:st|nd|rd|th)?)"
_YEAR: Final = (
    rf"(?:(?:nineteen|twenty) {_UNDER_HUNDRED}|two thousand(?: and)?(?: {_UNDER_HUNDRED})?"
    rf"|mil novecientos {_UNDER_HUNDRED}|dos mil(?: {_UNDER_HUNDRED})?"
    rf"|{_TEN}(?:[ -]{_ONE})?|(?:oh|o|zero) {_ONE}|(?:19|20)(?: ?\d){{2}}|'?\d\d)"
)
_SPOKEN: Final = re.compile(
    rf"(?<![a-z0-9])(?:(?:the |el )?(?P<day>{_DAY}) (?:of |de |del )?{_MONTH},? (?:of |de |del )?(?P<year>{_YEAR})"
    rf"|{_MONTH} (?:the )?(?P<day2>{_DAY}),? (?:of |in )?(?P<year2>{_YEAR})"
    rf"|{_MONTH} (?P<joined>\d{{1,2}} \d ?\d))(?![a-z0-9])"
)
_A_WORD: Final = re.compile(r"(?<!\d)[a-z]{2}", re.IGNORECASE)  # "third", not the end of "3rd"
_AFTER_ITS_CUE: Final = 30  # characters from "born", "dob" to the date


def spoken_births(reading: Reading, taken: bytearray) -> list[Draft]:
    """Drafts of dates behind a word of birth, of which a part at least is a word where digits usually stand."""
    if not reading.has("DATE_OF_BIRTH") or not names_a_month(reading):
        return []
    found = []
    for match in _SPOKEN.finditer(reading.text):
        if 1 in taken[match.start() : match.end()]:
            continue
        cue = reading.near("DATE_OF_BIRTH", *match.span(), before=_AFTER_ITS_CUE, after=-1)
        if cue is None or not _in_words(reading, match):
            continue
        rules = reasons(f"cue.before/{cue.phrase}", "birth.date")
        found.append(Draft("DATE_OF_BIRTH", (match.span(),), rules))
    return found


def _in_words(reading: Reading, match: re.Match[str]) -> bool:
    """Whether the day or the year was spoken; dates in digits are for others. A row of words may be digits by now."""
    spoken = [part for part in ("day", "year", "day2", "year2", "joined") if match[part]]
    written = [reading.as_written(*match.span(part)) for part in spoken]
    return any(map(_A_WORD.search, written))
