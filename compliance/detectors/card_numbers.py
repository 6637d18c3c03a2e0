"""Card numbers in a reading: which rows of digits are cards, given the words around them."""

import re
from itertools import pairwise
from typing import Final

from compliance.detectors.cards import card_windows, phone_like, pieces, usual_grouping
from compliance.detectors.data_files import read
from compliance.detectors.digit_runs import Group, Run
from compliance.detectors.linking import speaks_back
from compliance.detectors.reading import AGAINST, Draft, Reading, reasons
from compliance.detectors.vocabulary import WORD, Hit

_CUES: Final = ("PAYMENT_CARD", "EXPIRY", "CARD_SECURITY")
_BEFORE: Final = 60
_AFTER: Final = 40
_FEW_WORDS: Final = 3
_MANY_GROUPS: Final = 6
_FEWEST: Final = 12  # digits of a card
_ITS_OWN: Final = re.compile(r"[ #:.]{0,3}(?:(?:no|num|number|nr|id)[ #:.]{0,3})?\d")  # "... for order 79073479"
_HAS_ANOTHER: Final = re.compile(  # "unit 32 here, ...", "part 1/2: ..."
    r"[ #:.]{0,3}(?:(?:no|num|number|nr|id)[ #:.]{0,3})?(?:\d{1,9}[a-z]?[,.]? [a-z]|[1-4]/[2-4](?!\d)|[1-4][ :]{1,2}\Z)"
)
_PLACES: Final = frozenset(read("linking")["places"])
_ITS_NUMBER: Final = re.compile(r"[ #:.,=-]{0,4}(?:(?:is|no|num|number|nr|id|code|key|es)[ #:.=-]{1,3}){0,2}")
_PAID_WITH: Final = re.compile(  # "renew my membership with 5370...", "claim it on 4882-..."
    r"(?:[ ,][a-z ]{0,20})? (?:with|w/|on|onto|using|via|from|con|de|mit|avec) ?(?:this|it|my|the|mine)?[ :]{1,2}"
)
_PAYS: Final = re.compile(
    r"(?<![a-z])(?:pay(?:ing)?|pago|pagar|charge|renew(?:ing)?|buy(?:ing)?|settle|cover|book(?:ing)?|reserve|"
    r"settling|place|placing|deposit)(?: [a-z]{1,10}){0,3} \Z"
)
_PAYS_WITHIN: Final = 48
_HAS_ITS_OWN: Final = re.compile(r"[ #:.]{0,3}(?:(?:no|num|number|nr|id)[ #:.]{0,3})?\d{1,9}[a-z]?(?:[:,;]| [-–])[ \n]")
_ENDS_ON: Final = re.compile(r"[ ,;/]{1,3}(?:exp[a-z.]{0,6}[ :]{0,2})?(?:0?[1-9]|1[0-2])[/-](?:20)?\d\d(?![\d/-])")
_FOR_IT: Final = re.compile(r"(?<![a-z])for (?:the|this|that|our|my) \Z")
_AND: Final = frozenset(("and", "y", "n"))
_IS: Final = frozenset(("is", "its", "it's", "that's", "thats", "es"))
_OF_AN_IBAN: Final = re.compile(r"(?<![a-z])[a-z]{2}\d\d[ -]?\Z")
_WRONG_MARKS: Final = frozenset(",|+()")


def find_cards(reading: Reading) -> list[Draft]:
    """Drafts of card numbers, also of those in several pieces."""
    found = []
    for run in reading.runs:
        if run.size >= _FEWEST:
            found += _in_run(reading, run)
    left = -_FEWEST * len(found)  # a card has at least so many
    for run in reading.runs:
        left += run.size
    if len(reading.runs) > 1 and left >= _FEWEST:
        for chain in reading.chains():
            if chain.size >= _FEWEST:
                found += _in_chain(reading, chain)
    return found


def _in_run(reading: Reading, run: Run) -> list[Draft]:
    found = []
    for first, last, usual in card_windows(run):
        groups = run.groups[first : last + 1]
        rules = ["card.brand_and_luhn"]
        if usual_grouping(groups):
            rules.append("card.usual_grouping")
        elif phone_like(groups) or _mixed_marks(reading.text, groups):
            rules.append("card.odd_grouping")
        if not usual:
            rules.append("card.unusual_length")
        start = groups[0].start
        if (
            len(run.groups) > len(groups)
            and "iban" in reading.text
            and _OF_AN_IBAN.search(reading.text, max(0, start - 6), start)
        ):
            continue  # the rest of one that fails its check
        cue = _context(reading, groups)
        if first and cue != "card.cue" and len(run.groups) == run.size:
            continue  # digits told one by one, of which these are the last: a longer number of something else
        if cue:
            rules.append(cue)
        elif (
            phone_like(groups) or _international(reading, groups) or _glued(reading, groups) or _uneven(reading, groups)
        ):
            continue
        found.append(Draft("PAYMENT_CARD", tuple(pieces(groups, reading.text)), reasons(*rules)))
    return found


def _in_chain(reading: Reading, chain: Run) -> list[Draft]:
    found = []
    for first, last, usual in card_windows(chain):
        groups = chain.groups[first : last + 1]
        spans = tuple(pieces(groups, reading.text))
        if len(spans) < 2 or _glued(reading, groups):
            continue
        cue = _context(reading, groups)
        if cue is None and (phone_like(groups) or not usual):
            continue
        rules = ["card.brand_and_luhn", "card.split_over_messages"]
        if not usual:
            rules.append("card.unusual_length")
        if cue:
            rules.append(cue)
        found.append(Draft("PAYMENT_CARD", spans, reasons(*rules)))
    return found


def _context(reading: Reading, groups: tuple[Group, ...]) -> str | None:
    """The rule of the phrase that says what the number is: a card, or something else; the closer one counts."""
    start, end = groups[0].start, groups[-1].end
    card = [hit for kind in _CUES if (hit := reading.near(kind, start, end, before=_BEFORE, after=_AFTER))]
    other = _other(reading, start, end, printed=len(groups) > 1 and usual_grouping(groups))
    if other and other.end <= start and card and _FOR_IT.search(reading.text, max(0, other.start - 10), other.start):
        other = None  # "company card for the job 3714..."
    nearest = min((_distance(hit.start, hit.end, start, end) for hit in card), default=None)
    if other and (nearest is None or _distance(other.start, other.end, start, end) < nearest):
        return f"cue.against/{other.phrase}"
    return "card.cue" if card else None


def _other(reading: Reading, start: int, end: int, *, printed: bool) -> Hit | None:
    """A phrase that says the number is something else: right before it, or "is my order number" after it.

    `printed`: it stands in groups as cards have it, which no number of a room or a library does unless named so.
    """
    before = reading.near(AGAINST, start, end, before=25, after=-1)
    if before and printed and before.phrase in _PLACES and not _ITS_NUMBER.fullmatch(reading.text, before.end, start):
        before = None  # "hold the room w/ 5434 ..."
    if before and _is_paid_for(reading.text, before, start, end):
        before = None
    if (
        before
        and len(WORD.findall(reading.text, before.end, start)) <= _FEW_WORDS
        and not _HAS_ANOTHER.match(reading.text, before.end, start)
    ):
        return before
    after = reading.near(AGAINST, start, end, before=-1, after=22)
    if after is None or _ITS_OWN.match(reading.text, after.end):
        return None
    words = WORD.findall(reading.text, end, after.start)
    if words and words[0] in _AND and _IS.isdisjoint(words):
        return None  # "... and text me the receipt"
    return after if words and "for" not in words and speaks_back(reading.text[end : after.start]) else None


def _is_paid_for(text: str, other: Hit, start: int, end: int) -> bool:
    """Whether a phrase before a number says what is paid with it, not what it is: "pay my ticket, 5321 7311 ..."."""
    between = text[other.end : start]
    if _PAID_WITH.fullmatch(between) or _HAS_ITS_OWN.fullmatch(between):
        return True
    if between[:1] in ",." and _PAYS.search(text, max(0, other.start - _PAYS_WITHIN), other.start):
        return True
    return between.strip() in (":", ",") and _ENDS_ON.match(text, end) is not None


def _distance(first: int, last: int, start: int, end: int) -> int:
    return start - last if last <= start else max(0, first - end)


def _mixed_marks(text: str, groups: tuple[Group, ...]) -> bool:
    marks = {text[one.end : other.start].strip(" ") for one, other in pairwise(groups)}
    return len(marks) > 1 and not marks.isdisjoint(_WRONG_MARKS)


def _uneven(reading: Reading, groups: tuple[Group, ...]) -> bool:
    """Whether many small groups of different size stand in digits, not in words: a list of numbers."""
    if len(groups) < _MANY_GROUPS or usual_grouping(groups):
        return False
    written = reading.as_written(groups[0].start, groups[-1].end)
    return not any(map(str.isalpha, written)) and sum(map(str.isdigit, written)) > len(groups)


def _international(reading: Reading, groups: tuple[Group, ...]) -> bool:
    """Whether it is written as telephone numbers of any country are: +4915112345678."""
    return reading.text[max(0, groups[0].start - 1) : groups[0].start] == "+"


def _glued(reading: Reading, groups: tuple[Group, ...]) -> bool:
    """Whether letters touch the digits that are no word saying "card": parts of a longer code."""
    text, start, end = reading.text, groups[0].start, groups[-1].end
    if start and text[start - 1].isalpha() and text[start - 2 : start] != "%b":  # the stripe of a card begins so
        match = WORD.match(text, max(0, _word_start(text, start)))
        return match is None or not any(hit.end == start for kind in _CUES for hit in reading.by_kind.get(kind, ()))
    return end < len(text) and text[end].isalpha() and not text[end : end + 2].isalpha()


def _word_start(text: str, end: int) -> int:
    start = end
    while start and text[start - 1].isalpha() and end - start < 20:
        start -= 1
    return start
