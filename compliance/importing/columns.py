"""What the columns of a list mean, guessed from headings in English, Spanish and French; a person may change it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from enum import StrEnum

from texting.phone_numbers import BadNumber, parse

MONTH_FIRST_IN = ("US", "PH", "FM", "PW", "MH")  # where 3/4 is the fourth of March


class Meaning(StrEnum):
    """What a column may hold."""

    NUMBER = "number"
    NAME = "name"
    AGREED_ON = "agreed_on"
    HOW = "how"
    WORDING = "wording"


_HEADINGS = (
    (Meaning.NUMBER, r"\b(phone|mobile|cell|cellular|sms|tel|telephone|telefono|movil|celular|portable|gsm|msisdn)\b"),
    (Meaning.NUMBER, r"\b(number|numero)\b"),
    (
        Meaning.AGREED_ON,
        r"\b(date|fecha|when|timestamp|opted in at|opt in date|consented|agreed on|signed up|inscrit le)\b",
    ),
    (Meaning.WORDING, r"\b(wording|disclosure|text shown|language shown|texto|texte|statement|mention|aviso)\b"),
    (Meaning.HOW, r"\b(how|source|method|channel|origen|metodo|canal|origine|methode|moyen|collected)\b"),
    (Meaning.NAME, r"\b(name|full name|customer|client|cliente|nombre|nom|prenom|patient|paciente|contact)\b"),
)
_CLOCK = re.compile(
    r"(?P<hours>\d{1,2})(?:[:.h](?P<minutes>\d\d)(?::\d\d(?:\.\d+)?)?)?\s*(?:(?P<half>[ap])\.?\s?m\.?)?",
    re.ASCII | re.IGNORECASE,
)
_DATE = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})(?:[T ,]+.*)?", re.ASCII)


def guess(headings: Sequence[str]) -> dict[str, int]:
    """Position by meaning, for what the headings tell; a column means one thing."""
    plain = [_plain(heading) for heading in headings]
    found: dict[str, int] = {}
    for meaning, words in _HEADINGS:
        fit = (at for at, heading in enumerate(plain) if at not in found.values() and re.search(words, heading))
        if meaning.value not in found and (at := next(fit, None)) is not None:
            found[meaning.value] = at
    return found


def are_headings(cells: Sequence[str], region: str) -> bool:
    """Whether a first row names its columns; one that holds a phone number is a customer's."""
    return not any(_is_number(cell, region) for cell in cells)


def cell(cells: Sequence[str], columns: Mapping[str, int], meaning: Meaning) -> str:
    """What the row says there, without space around it; "" for a column that is missing or a row that is too short."""
    at = columns.get(meaning.value)
    return " ".join(cells[at].split()) if at is not None and at < len(cells) else ""


def read_date(text: str, order: str) -> date:
    """A day as people write it; `order` is "ymd", "mdy" or "dmy", and one that begins with the year is always read.

    Raises ValueError for what is no day.
    """
    parts = _DATE.fullmatch(text.strip())
    if parts is None:
        raise ValueError("no date")
    first, second, third = (int(part) for part in parts.groups())
    if len(parts[1]) == 4:
        return date(first, second, third)
    if len(parts[3]) != 4 or order == "ymd":
        raise ValueError("which part is the year is not clear")
    month, day = (first, second) if order == "mdy" else (second, first)
    return date(third, month, day)


def read_clock(text: str) -> time:
    """A time of day as people write it: 14:30, 9:30, 2:30 PM, 2 pm, 14h30. Raises ValueError for what is none."""
    parts = _CLOCK.fullmatch(text.strip())
    if parts is None or not (parts["minutes"] or parts["half"]):
        raise ValueError("no time")
    hours, half = int(parts["hours"]), (parts["half"] or "").casefold()
    if half and not 1 <= hours <= 12:
        raise ValueError("no hour of twelve")
    return time(hours % 12 + (12 if half == "p" else 0) if half else hours, int(parts["minutes"] or 0))


def guess_order(samples: Sequence[str], region: str) -> str:
    """How the days of a column are written: what only one order can be, else what is usual in the country."""
    for sample in samples:
        parts = _DATE.fullmatch(sample.strip())
        if parts is None:
            continue
        if len(parts[1]) == 4:
            return "ymd"
        if int(parts[1]) > 12:
            return "dmy"
        if int(parts[2]) > 12:
            return "mdy"
    return "mdy" if region in MONTH_FIRST_IN else "dmy"


def is_past(day: date, now: datetime) -> bool:
    """Whether somebody can have agreed that day: not tomorrow, and not before there were texts."""
    return date(1992, 12, 3) <= day <= now.date()


def _is_number(text: str, region: str) -> bool:
    try:
        parse(text, region)
    except BadNumber:
        return False
    return True


def _plain(heading: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", heading) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", bare).split()).casefold()
