"""Values no phrase names, told by their neighbour: a date beside a tax number, a password behind a mail address."""

import datetime
import re
from typing import Final

from compliance.detectors.credentials import looks_random
from compliance.detectors.dates import dates
from compliance.detectors.one_time_codes import draft_of
from compliance.detectors.reading import AGAINST, Draft, Reading, reasons

_BESIDE: Final = 20  # characters between a date of birth and the number
_NUMBERS: Final = frozenset({"US_SSN", "US_ITIN"})
_SENTENCE_ENDS: Final = re.compile(r"[.!?]\s|\n\s*\n")
_YOUNGEST: Final = 1  # years; a date of this year or the last is the day of something else
_ADDRESS_AND: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{2,64}(?: ?[/|,;:\n] ?| - | )(?P<secret>\S{6,64})")
_MARK: Final = re.compile(r"[!#$%^&*?+~]")


def birth_dates(reading: Reading, found: list[Draft], taken: bytearray) -> list[Draft]:
    """A date in full right before or after a social security number: that of a birth."""
    numbers = [draft.spans for draft in found if draft.type in _NUMBERS]
    if not numbers or reading.has("DATE_OF_BIRTH", "EXPIRY", AGAINST):
        return []
    latest = datetime.datetime.now(tz=datetime.UTC).year - 1 - _YOUNGEST
    drafts = []
    for date in dates(reading, named=True):
        if date.year is None or date.year > latest or 1 in taken[date.start : date.end]:
            continue
        if any(_close(reading.text, date.start, date.end, spans[0][0], spans[-1][1]) for spans in numbers):
            drafts.append(Draft("DATE_OF_BIRTH", ((date.start, date.end),), reasons("cue.before/ssn", "birth.date")))
    return drafts


def _close(text: str, start: int, end: int, first: int, last: int) -> bool:
    between = text[end:first] if end <= first else text[last:start]
    return len(between) <= _BESIDE and not _SENTENCE_ENDS.search(between)


def secrets_after_address(reading: Reading) -> list[Draft]:
    """ "bob@example.com / Hunter#22": letters, digits and marks right behind a mail address."""
    found = []
    for match in _ADDRESS_AND.finditer(reading.original):
        written = match["secret"].rstrip(".,;)")
        mixed = any(map(str.isdigit, written)) and any(map(str.isalpha, written))
        if not (mixed and _MARK.search(written) and looks_random(written)) or "@" in written or "/" in written:
            continue
        span = reading.folded.places(match.start("secret"), match.start("secret") + len(written))
        if span is not None:
            found.append(draft_of(*span, "credential.cue/mail address", "credential.looks_random"))
    return found
