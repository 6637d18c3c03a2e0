"""Whether a text says a day or a time of day that is another one by now. Plain values: of Django names of months only.

"See you on Thursday, Dec 3 at 2:30 pm" waits for its moment, and the appointment is moved. It looks for what people
write in the three languages of customers; what it does not know ("the third", "next week") it does not find.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time

from django.utils import translation
from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR

from texting.searching.words import fold

LANGUAGES = ("en", "es", "fr")


@dataclass(frozen=True)
class Stands:
    """What stands in a contact's date: its day, and its time where that is known."""

    day: date
    at: time | None = None


def says_what_was(words: str, before: Stands, now: Stands) -> bool:
    """Whether a text names the day or the time that stood there before, where that is another one now."""
    patterns: list[str] = []
    if before.day != now.day:
        patterns += _day(before.day)
    if before.day.weekday() != now.day.weekday():
        patterns += _weekday(before.day.weekday())
    if before.at is not None and now.at is not None and before.at != now.at:
        patterns += _time(before.at)
    folded = fold(words)
    return any(re.search(one, folded) for one in patterns)


def _day(day: date) -> Iterator[str]:
    number, month = f"0?{day.day}", f"0?{day.month}"
    yield rf"(?<!\d){day:%Y-%m-%d}(?!\d)"
    for first, second in ((month, number), (number, month)):
        yield rf"(?<![\d/.:-]){first}[/.-]{second}(?!\d)"
    for name in _in_all_languages(MONTHS[day.month], MONTHS_3[day.month]):
        yield rf"\b{name}\.?,?\s+{number}(?:st|nd|rd|th)?(?![\d:])"
        yield rf"(?<![\d:]){number}(?:st|nd|rd|th|er|\.)?\s+(?:de\s+|of\s+)?{name}\b"


def _weekday(day: int) -> Iterator[str]:
    for name in _in_all_languages(WEEKDAYS[day]):
        yield rf"\b{name}\b"
    for name in _in_all_languages(WEEKDAYS_ABBR[day]):  # "Thu, 2:30", but not "sun" and "mon" by themselves
        yield rf"\b{name}\.?,?\s*(?=\d|at\b)"


def _time(at: time) -> Iterator[str]:
    hours, half = at.hour % 12 or 12, "a" if at.hour < 12 else "p"
    yield rf"(?<![\d:.])0?{hours}[:.]{at.minute:02}(?!\d)"
    yield rf"(?<![\d:.])0?{at.hour}\s?[:.h]\s?{at.minute:02}(?!\d)"
    if at.minute == 0:
        yield rf"(?<![\d:.])0?{hours}\s?{half}\.?\s?m\b"
        yield rf"(?<![\d:.])0?{at.hour}\s?h(?!\w)"


def _in_all_languages(*names: object) -> set[str]:
    found = set()
    for language in LANGUAGES:
        with translation.override(language):
            found |= {re.escape(fold(str(name)).rstrip(".")) for name in names}
    return found
