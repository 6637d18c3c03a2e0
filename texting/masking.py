"""Hides telephone numbers that a text quotes, for people who may not see them. Plain values: no Django.

It errs on the side of hiding: a run of seven or more digits with the separators people write between them is taken for
a number. Dates are let through, since they are everywhere in appointments and no number is written like one.
"""

import re

_DATES = r"\d{4}-\d{2}-\d{2}(?!\d)|\d{1,2}[/.]\d{1,2}[/.]\d{4}(?!\d)"
# What people write between digits, what nobody sees, and what makes a digit a picture of a key (1\ufe0f\u20e3).
_JOINTS = (
    r"\s().\-/*_|~+\u00b7\u2022\u30fb\ufe0f\u20e3"
    r"\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060-\u2064\u2212\ufeff"
)
_NUMBER = re.compile(rf"(?P<date>(?<!\d)(?:{_DATES}))|[+(]{{0,2}}\d(?:(?:[{_JOINTS}]{{0,5}}|,)\d){{6,}}")
_DIGITS_AT_THE_END = re.compile(rf"[+(]{{0,2}}\d(?:(?:[{_JOINTS}]{{0,5}}|,)\d)*[{_JOINTS}]{{0,5}}\Z")
_SHOWN = 4  # the last digits, as everywhere else in the product


def hide_numbers(text: str, *, cut: bool = False) -> str:
    """The text with each telephone number, card number and the like reduced to dots and its last four digits.

    `cut`: it is the beginning of a longer text. Digits at its end may be the first ones of a number whose last ones
    the whole text shows, so nothing is left of them.
    """
    hidden = _NUMBER.sub(_hidden, text)
    return _DIGITS_AT_THE_END.sub("••••", hidden) if cut else hidden


def last_digits(masked: str) -> str:
    """The digits that a masked number still shows at its end ("" when there are none)."""
    return re.sub(r"\D", "", masked)[-_SHOWN:]


def _hidden(found: re.Match[str]) -> str:
    if found["date"]:
        return found[0]
    digits = re.sub(r"\D", "", found[0])
    return f"•••• {digits[-_SHOWN:]}"
