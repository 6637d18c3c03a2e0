"""Values no phrase names, told by their neighbour: a date beside a tax number, a password behind a mail address."""

import datetime
import re
from typing import Final

from compliance.detectors.credentials import looks_random
from compliance.detectors.dates import could_be_birth, dates
from compliance.detectors.one_time_codes import draft_of
from compliance.detectors.reading import AGAINST, Draft, Reading, reasons

_BESIDE: Final = 20  # characters between a date of birth and the number
_NUMBERS: Final = frozenset({"US_SSN", "US_ITIN"})
_SENTENCE_ENDS: Final = re.compile(r"[.!?]\s|\n\s*\n")
_YOUNGEST: Final = 1  # years; a date of this year or the last is the day of something else
_OLDEST: Final = 1900
_SHORT_YEAR: Final = 2
_PLURAL: Final = frozenset({"dobs", "birthdays", "birthdates", "bdays", "date of births", "birth dates"})
_LETTER: Final = re.compile(
    r"(?:^|[,;(\n] ?|[a-z]{2} )b[.:] ?(?P<date>\d{1,2}(?P<mark>[/.-])\d{1,2}(?P=mark)(?P<year>(?:19|20)\d\d|"
    r"\d\d))(?!\d|[/.-]\d)"
)
_ADDRESS_AND: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{2,64}(?: ?[/|,;:\n] ?| - | )(?P<secret>\S{6,64})")
_MARK: Final = re.compile(r"[!#$%^&*?+~]")


def birth_dates(reading: Reading, found: list[Draft], taken: bytearray) -> list[Draft]:
    """Births told by their neighbour: beside a social security number, behind "b.", or with others' ("... (dobs)")."""
    return _beside_number(reading, found, taken) + _of_several(reading, found, taken) + _behind_letter(reading, taken)


def _of_several(reading: Reading, found: list[Draft], taken: bytearray) -> list[Draft]:
    """Every full date of a text that names several births at once: "Mia 12/16/1967, Maxine 01/15/1971 (dobs)"."""
    births = reading.by_kind.get("DATE_OF_BIRTH", ())
    if not any(hit.phrase in _PLURAL for hit in births) or reading.has("EXPIRY", AGAINST):
        return []
    known = {draft.spans[0] for draft in found if draft.type == "DATE_OF_BIRTH"}
    return [
        Draft("DATE_OF_BIRTH", ((date.start, date.end),), reasons("cue.before/dobs", "birth.date"))
        for date in dates(reading, named=True)
        if date.year is not None
        and (date.start, date.end) not in known
        and 1 not in taken[date.start : date.end]
        and could_be_birth(date, party=False)
    ]


def _behind_letter(reading: Reading, taken: bytearray) -> list[Draft]:
    """A date behind the letter that stands for a birth: "b. 19/02/2006, name Niamh Doherty"."""
    if "b." not in reading.text and "b:" not in reading.text:
        return []
    this_year = datetime.datetime.now(tz=datetime.UTC).year
    drafts = []
    for match in _LETTER.finditer(reading.text):
        year = int(match["year"])
        born = _OLDEST <= year < this_year if len(match["year"]) > _SHORT_YEAR else year > this_year % 100 + _YOUNGEST
        if born and 1 not in taken[match.start("date") : match.end("date")]:
            drafts.append(Draft("DATE_OF_BIRTH", (match.span("date"),), reasons("cue.before/b", "birth.date")))
    return drafts


def _beside_number(reading: Reading, found: list[Draft], taken: bytearray) -> list[Draft]:
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
