"""Hides telephone numbers, e-mail addresses and a customer's name in a text, for people who may not see them.

Plain values: no Django. It errs on the side of hiding: a run of seven or more digits with the separators people write
between them is taken for a number. Dates are let through, since they are everywhere in appointments and no number is
written like one. A name is hidden word by word, without regard to case, accents and what nobody sees between letters.
Names that nobody told us, those of relatives for example, cannot be known and stay.
"""

import re
import unicodedata
from functools import lru_cache

_DATES = r"\d{4}-\d{2}-\d{2}(?!\d)|\d{1,2}[/.]\d{1,2}[/.]\d{4}(?!\d)"
# What people write between digits, what nobody sees, and what makes a digit a picture of a key (1\ufe0f\u20e3).
_JOINTS = (
    r"\s().\-/*_|~+\u00b7\u2022\u30fb\ufe0f\u20e3"
    r"\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060-\u2064\u2212\ufeff"
)
_NUMBER = re.compile(rf"(?P<date>(?<!\d)(?:{_DATES}))|[+(]{{0,2}}\d(?:(?:[{_JOINTS}]{{0,5}}|,)\d){{6,}}")
_DIGITS_AT_THE_END = re.compile(rf"[+(]{{0,2}}\d(?:(?:[{_JOINTS}]{{0,5}}|,)\d)*[{_JOINTS}]{{0,5}}\Z")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}[@\uff20][^\s@<>()\[\],;:\"]{1,255}")
_WORD_AT_THE_END = re.compile(r"\S+\Z")
_SHOWN = 4  # the last digits, as everywhere else in the product
HIDDEN = "••••"


def hide_people(text: str, *, name: str = "", cut: bool = False) -> str:
    """The text without telephone numbers, e-mail addresses and the words of `name`.

    `cut`: it is the beginning of a longer text. What its last word would have become is not known, so it goes too.
    """
    if cut:
        text = _WORD_AT_THE_END.sub(HIDDEN, text)
    return hide_name(hide_numbers(_ADDRESS.sub(f"{HIDDEN}@{HIDDEN}", text), cut=cut), name)


def hide_numbers(text: str, *, cut: bool = False) -> str:
    """The text with each telephone number, card number and the like reduced to dots and its last four digits.

    `cut`: it is the beginning of a longer text. Digits at its end may be the first ones of a number whose last ones
    the whole text shows, so nothing is left of them.
    """
    hidden = _NUMBER.sub(_hidden, text)
    return _DIGITS_AT_THE_END.sub(HIDDEN, hidden) if cut else hidden


def numbers_in(text: str) -> list[tuple[int, int, str]]:
    """Where telephone numbers, card numbers and the like stand in the text, as begin, end and their digits alone."""
    found = (one for one in _NUMBER.finditer(text) if not one["date"])
    return [(one.start(), one.end(), re.sub(r"\D", "", one[0])) for one in found]


def hide_name(text: str, name: str) -> str:
    """The text with every word of `name` as dots, however it is written."""
    wanted = _words_of(name)
    if wanted is None or not text:
        return text
    folded, places = fold(text)
    hidden: list[str] = []
    end = 0
    for found in wanted.finditer(folded):
        begin = places[found.start()]
        hidden += [text[end:begin], HIDDEN]
        end = places[found.end()] if found.end() < len(places) else len(text)  # with the accents that stand after it
    return "".join([*hidden, text[end:]])


def last_digits(masked: str) -> str:
    """The digits that a masked number still shows at its end ("" when there are none)."""
    return re.sub(r"\D", "", masked)[-_SHOWN:]


def _hidden(found: re.Match[str]) -> str:
    if found["date"]:
        return found[0]
    digits = re.sub(r"\D", "", found[0])
    return f"{HIDDEN} {digits[-_SHOWN:]}"


@lru_cache(maxsize=1)  # the texts of one thread are one customer's; more would keep names in memory
def _words_of(name: str) -> re.Pattern[str] | None:
    """Finds any word of the name in a folded text; longer words first. None when there is nothing to find.

    A single letter or digit is an initial or a "2" and would hide half of every text. Scripts without spaces have no
    edges of words.
    """
    words = sorted({word for word in re.split(r"[\W_]+", fold(name)[0]) if word}, key=len, reverse=True)
    parts = []
    for word in words:
        if word.isdecimal() or any(sign.upper() != sign.lower() for sign in word):
            parts += [rf"(?<![^\W_]){re.escape(word)}(?=s?(?:[\W_]|\Z))"] if len(word) > 1 else []
        else:
            parts.append(re.escape(word))
    return re.compile("|".join(parts)) if parts else None


def fold(text: str) -> tuple[str, list[int]]:
    """The text as a reader would compare it, and for each of its signs the place in `text` that it comes from."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for part in unicodedata.normalize("NFKD", sign).casefold():
            if unicodedata.category(part) not in {"Mn", "Cf"}:
                signs.append(part)
                places.append(place)
    return "".join(signs), places
