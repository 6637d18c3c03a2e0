"""A text as its words, with numbers, money, times, links and the like as classes: `<pct>`, `<money>`, `<time>`.

Text is folded first as the detectors do (full-width letters, look-alikes, accents). One pass, in step with the length.
Plain values: no Django.
"""

import re
from itertools import pairwise

from compliance.content_types.kinds import Part
from compliance.detectors.folding import fold

LONG_NUMBER = 5  # digits; from then on it may be an order's
PHONE = range(10, 16)  # digits

_TOKEN = re.compile(
    r"(?:https?://|www\.)\S+|[$€£]\d[\d.,]*|#[a-z0-9][a-z0-9-]*|\d[\d.,:/-]*%?[a-z]*|[a-z]+(?:[0-9-]+[a-z0-9-]*|'[a-z]+)?|[?]"
)
_TIME = re.compile(r"\d{1,2}(?::\d\d)?(?:am|pm|a|p)|\d{1,2}:\d\d|\d{1,2}h")
_DATE = re.compile(r"\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{4}-\d\d-\d\d")
_ORDINAL = re.compile(r"\d{1,2}(?:st|nd|rd|th)")
_AFTER_NUMBER = {"am": "<time>", "pm": "<time>", "percent": "<pct>", "dollars": "<money>", "dolares": "<money>"}
_BEFORE_HOUR = frozenset({"at", "las"})  # "at 9"
_PARTS = {
    "<time>": Part.TIME,
    "<date>": Part.DATE,
    "<ord>": Part.DATE,
    "<ref>": Part.REFERENCE,
    "<long>": Part.REFERENCE,
    "<link>": Part.LINK,
    "<phone>": Part.PHONE,
    "?": Part.QUESTION,
}


def words_of(text: str) -> list[str]:
    """The text's words in order, in lower case and without accents. Any text will do."""
    found: list[str] = []
    for token in _TOKEN.findall(fold(text).text):
        if token.isalpha():
            if token in _AFTER_NUMBER and found and found[-1] == "<num>":
                found[-1] = _AFTER_NUMBER[token]
            else:
                found.append(token)
        else:
            found.append(_class_of(token))
    return found


def parts_of(words: list[str]) -> set[Part]:
    """What these words hold by their shape alone."""
    found = {_PARTS[word] for word in words if word in _PARTS}
    if any(word == "<num>" and before in _BEFORE_HOUR for before, word in pairwise(words)):
        found.add(Part.TIME)
    return found


def _class_of(token: str) -> str:
    first = token[0]
    if first in "$€£":
        return "<money>"
    if first == "#":
        return "<ref>" if any(map(str.isdigit, token)) else token
    if token.startswith(("http", "www.")) and ("/" in token or "." in token):
        return "<link>"
    if not first.isdigit():
        digits = any(map(str.isdigit, token))
        return "<ref>" if digits and len(token) > LONG_NUMBER else token.strip("-")
    return _number_class(token.rstrip(".,:/-"))


_SHAPES = ((_TIME, "<time>"), (_DATE, "<date>"), (_ORDINAL, "<ord>"))


def _number_class(token: str) -> str:
    if token.endswith("%"):
        return "<pct>"
    if token.isdigit():
        if len(token) < LONG_NUMBER:
            return "<num>"
        return "<phone>" if len(token) in PHONE else "<long>"
    shape = next((name for shape, name in _SHAPES if shape.fullmatch(token)), None)
    return shape or _rest_class(token, sum(map(str.isdigit, token)))


def _rest_class(token: str, digits: int) -> str:
    if "-" in token and digits == len(token) - 1 and len(token) <= LONG_NUMBER:
        return "<num>-<num>"
    if any(map(str.isalpha, token)):
        return token if len(token) <= LONG_NUMBER else "<ref>"  # "2x1" is a word
    if "-" in token and digits > LONG_NUMBER:
        return "<phone>" if digits in PHONE else "<ref>"
    return "<num>"
