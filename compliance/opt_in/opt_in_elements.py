"""What a text of an opt-in must say, and which of it a wording lacks. No Django.

Confirmation: CTIA Messaging Principles 5.1.2 (program, frequency, help, how to stop) and what carriers ask of a
registered campaign (that rates may apply). Question: the same with YES; for marketing that it is no condition of a
purchase (47 CFR 64.1200(f)(9)(i)(B)).
"""

import re
from enum import StrEnum

from compliance.words.plain_words import norm


class Kind(StrEnum):
    """The texts that have their elements."""

    QUESTION = "question"
    CONFIRMATION = "confirmation"
    ADVERTISEMENT = "advertisement"  # of a keyword: DOMAIN 2.2 asks of it what it asks of a web form


class Element(StrEnum):
    """One thing that must be said."""

    BRAND = "brand"
    PROGRAM = "program"
    FREQUENCY = "frequency"
    RATES = "rates"
    HELP = "help"
    STOP = "stop"
    YES = "yes"
    CONDITION = "condition"


_RATES = (r"\brates?\b.*\bapply\b", r"\btarifas?\b", r"\bfrais\b", r"\bcostos?\b.*\baplica", r"\bcargos?\b")
_SAID = {
    Element.RATES: _RATES,
    Element.HELP: (r"\bhelp\b", r"\bayuda\b", r"\baide\b"),
    Element.STOP: (r"\bstop\b", r"\balto\b", r"\barret\b"),
    Element.YES: (r"\byes\b", r"\bsi\b", r"\boui\b"),
    Element.CONDITION: (r"\bcondition\b", r"\bcondicion\b", r"\bsin\b.*\bobligacion\b", r"\bsans obligation\b"),
    Element.FREQUENCY: (
        r"\b(?:msgs?|messages?) (?:a|per|each|every|month|week|day|mo)\b",
        r"\btexts? (?:a|per|each|every)\b|\bfrequency\b|\bfrecuencia\b",
        r"\bfrequence\b|\bmensajes? (?:al?|por|cada)\b|\b(?:messages?|textos?) (?:par|chaque)\b|\brecurring\b",
        r"\bweekly\b|\bmonthly\b|\bdaily\b",
    ),
}


def missing(text: str, *, kind: Kind, brand: str, program: str, frequency: str, marketing: bool) -> list[Element]:
    """What the wording does not say, in the order of `Element`."""
    said = norm(text)
    named = {Element.BRAND: brand, Element.PROGRAM: program, Element.FREQUENCY: frequency.strip(" .")}
    needed: list[Element] = [each for each in Element if each not in {Element.YES, Element.CONDITION}]
    if kind is Kind.QUESTION:
        needed.append(Element.YES)
    if kind is not Kind.CONFIRMATION and marketing:
        needed.append(Element.CONDITION)
    return [each for each in needed if not _says(each, said, norm(named.get(each, "")))]


def _says(element: Element, said: str, name: str) -> bool:
    if name and f" {name} " in f" {said} ":
        return True
    return any(re.search(pattern, said) for pattern in _SAID.get(element, ()))
