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
_CLOCK = re.compile(
    r"(?<![\d:.])(?:(?P<hours>\d{1,2})\s?[:h]\s?(?P<minutes>\d\d)(?:\s?(?P<half>[ap])\.?\s?m\b)?"
    r"|(?P<whole>\d{1,2})\s?(?:(?P<of_whole>[ap])\.?\s?m\b|h\b))(?![\d:])"
)

_SHORT = {1: ("tue", "tues"), 3: ("thu", "thur", "thurs"), 4: ("fri",)}  # as people end a sentence; no other words


@dataclass(frozen=True)
class Stands:
    """What stands in a contact's date: its day, and its time where that is known."""

    day: date
    at: time | None = None


def says_what_was(words: str, before: Stands, now: Stands) -> bool:
    """Whether a text names the day or the time that stood there before, where that is another one now.

    Where it is not known what time it was: whether it names times of day, and not the one that stands there now.
    """
    patterns: list[str] = []
    if before.day != now.day:
        patterns += _day(before.day)
    if before.day.weekday() != now.day.weekday():
        patterns += _weekday(before.day.weekday())
    if before.at is not None and now.at is not None and before.at != now.at:
        patterns += _time(before.at)
    folded = fold(words)
    if any(re.search(one, folded) for one in patterns):
        return True
    said = times_in(folded) if before.at is None and now.at is not None else set()
    return bool(said) and now.at not in said


def times_in(folded: str) -> set[time]:
    """The times of day that a folded text may say: of "2:30" without more there are two."""
    found = set()
    for one in _CLOCK.finditer(folded):
        hours, minutes, half = (
            int(one["hours"] or one["whole"]),
            int(one["minutes"] or 0),
            one["half"] or one["of_whole"],
        )
        if minutes < 60 and (1 <= hours <= 12 if half else hours < 24):
            if half:
                found.add(time(hours % 12 + (12 if half == "p" else 0), minutes))
            else:
                found |= {time(each, minutes) for each in {hours, (hours + 12) % 24 if hours <= 12 else hours}}
    return found


def _day(day: date) -> Iterator[str]:
    number, month = f"0?{day.day}", f"0?{day.month}"
    yield rf"(?<!\d){day:%Y-%m-%d}(?!\d)"
    for first, second in ((month, number), (number, month)):
        yield rf"(?<![\d/.:-]){first}[/.-]{second}(?!\d)"
    for name in _in_all_languages(MONTHS[day.month], MONTHS_3[day.month]):
        yield rf"\b{name}\.?,?\s+{number}(?:st|nd|rd|th)?(?![\d:])"
        yield rf"(?<![\d:]){number}(?:st|nd|rd|th|er|\.)?\s+(?:de\s+|of\s+)?{name}\b"


def _weekday(day: int) -> Iterator[str]:
    for name in (*_in_all_languages(WEEKDAYS[day]), *_SHORT.get(day, ())):
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
