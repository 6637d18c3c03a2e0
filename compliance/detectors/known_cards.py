"""Dates and codes of cards whose numbers do not stand in the text: known by the last digits, or masked before."""

import re
from typing import Final

from compliance.detectors.masks import CARD_MASK, UNREAD
from compliance.detectors.reading import Draft, Reading, reasons

_ENDING: Final = re.compile(  # a card that is known by its end, with a new date and code
    r"(?<![a-z])(?:card|visa|mc|mastercard|amex|discover|debit|credit|tarjeta)[^.\d\n]{0,16}"
    r"(?:ending|ends|ends in|termina|terminada)(?: in| with| en)? \d{4}(?!\d)[^\d]{1,45}"
    r"(?P<date>(?:0?[1-9]|1[0-2])[/\-](?:20)?(?:2[4-9]|3\d|4[0-5]))(?![\d/])"
    r"[^\da-z]{1,3}(?:(?:and|with|now|the|its|new|my|y|el|con) ){0,3}(?:sec |security )?(?:code|cvv2?|cvc2?|codigo)"
    r"(?: is| to| now| es)?[ :=]{1,2}(?P<code>\d{3,4})(?!\d)"
)
_CODE_ALONE: Final = re.compile(  # all that a customer tells: "the back says 030", "los tres de atras son 602"
    r"(?:(?:oh|ok|okay|and|so|sorry|also|y|um|hi|here|yes|si|code) ?,? ?){0,3}"
    r"(?:(?:on )?(?:the |its )?(?:back|reverse|flip side|other side|signature strip)(?: of (?:it|the card|my "
    r"card|card))?,? "
    r"(?:it )?(?:says|reads|has|is|shows|number is|code is)"
    r"|(?:los |las |the )?(?:3|4|tres|three|four|cuatro)[ -](?:(?:numeritos|numeros|digitos|digits?|numbers?|"
    r"little numbers|num) )?"
    r"(?:de atras|de detras|del reverso|(?:on|at|from|off) (?:the )?(?:back|front|reverse|flip side)(?: of "
    r"(?:it|the card|my card))?)"
    r"|(?:el (?:codigo|numero) (?:de )?)?(?:atras|detras|al reverso) (?:dice|pone|tiene|es)|el de atras)"
    r"(?: son| are| is| es| dice| say| says)?[ :=]{1,3}(?P<code>\d{3,4})[ .!]{0,3}(?:thx|thanks|ty|gracias)?[.! "
    r"]{0,2}\Z"
)
_LONGEST_ALONE: Final = 72  # characters of a text that tells a code and nothing else
_MASKED: Final = re.compile(f"{UNREAD}+")
_DATE_LINE: Final = r"(?:0?[1-9]|1[0-2])(?: ?[/\-.] ?|(?<=\d\d))(?:20)?(?:2[4-9]|3\d|4[0-5])"
_CODE_LINE: Final = r"(?!(?:19|20)\d\d)\d{3,4}"
_LATER_LINES: Final = re.compile(  # from the end of a mask on, whatever else its line says
    rf"[^\n\d]{{0,40}}(?:\n[^\na-z0-9]{{1,40}}){{0,2}}\n[ .,]{{0,3}}"
    rf"(?:(?P<date>{_DATE_LINE})(?:[ ,;.\n]{{1,3}}(?P<code>{_CODE_LINE}))?"
    rf"|(?P<code2>{_CODE_LINE})(?:[ ,;.\n]{{1,3}}(?P<date2>{_DATE_LINE}))?)"
    r"[ .,!]{0,3}(?:thx|thanks|ty|ok|gracias)?[ .!]{0,2}(?:\n|\Z)"
)


def with_known_card(reading: Reading, taken: bytearray) -> list[Draft]:
    """A new date and code of a card that the text names by its last digits."""
    if reading.direction != "in" or not reading.has("PAYMENT_CARD", "EXPIRY"):
        return []
    match = _ENDING.search(reading.text) if "end" in reading.text or "termina" in reading.text else None
    if match is None:
        return []
    return [
        beside_card(match.span(part), "security.expiry")
        for part in ("date", "code")
        if 1 not in taken[match.start(part) : match.end(part)]
    ]


def code_alone(reading: Reading, taken: bytearray) -> list[Draft]:
    """A card's code that stands alone in a customer's text and is told by where on the card it stands."""
    if reading.direction != "in" or len(reading.text) > _LONGEST_ALONE or not reading.has("BESIDE_CARD"):
        return []
    match = _CODE_ALONE.match(reading.text)
    if match is None or 1 in taken[match.start("code") : match.end("code")]:
        return []
    return [beside_card(match.span("code"))]


def beside_card(span: tuple[int, int], *more: str) -> Draft:
    """The draft of what is told by its place beside a card. `more`: further rules."""
    return Draft("CARD_SECURITY", (span,), reasons("security.beside_card", *more))


def card_masks(reading: Reading) -> list[int]:
    """Where the masks of cards end that stand in place of numbers in the text."""
    if UNREAD not in reading.text:
        return []
    found = []
    for match in _MASKED.finditer(reading.text):
        if reading.as_written(*match.span()).startswith(CARD_MASK):
            found.append(match.end())
    return found


def behind_masks(reading: Reading, masks: list[int], taken: bytearray) -> list[Draft]:
    """A date, a code or both as all that a line tells, right behind a line with a card's mask: a text of its own."""
    found = []
    for end in masks:
        match = _LATER_LINES.match(reading.text, end)
        if match is None:
            continue
        for part in ("date", "code", "code2", "date2"):
            if match[part] and 1 not in taken[match.start(part) : match.end(part)]:
                rules = ("security.expiry",) if part.startswith("date") else ()
                found.append(beside_card(match.span(part), *rules))
                taken[match.start(part) : match.end(part)] = b"\x01" * len(match[part])
    return found
