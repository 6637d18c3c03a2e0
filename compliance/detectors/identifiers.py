"""Numbers that mean something only by the words beside them: which phrase speaks of which value.

A phrase before a value speaks of it ("acct 833223194"), or one that follows ("139 76 9131 is my social"). The nearest
counts, if the value can be such a thing; a nearer phrase that names something harmless (order, meter) ends it.
"""

import re
from typing import Final

from compliance.detectors.data_files import read
from compliance.detectors.grouped_numbers import (
    PLACEHOLDERS,
    account_in_pieces,
    any_grouping,
    at_a_bank,
    bank_pairs,
    by_grouping,
    in_pieces,
)
from compliance.detectors.linking import cue_after, cues_before, in_a_row, speaks_back
from compliance.detectors.pins import names_no_pin
from compliance.detectors.proofs import MOST_CELLS, ORDER, PROOFS, digit_by_digit, of_a_reference, of_a_telephone
from compliance.detectors.reading import AGAINST, Draft, Reading, reasons
from compliance.detectors.values import Value, is_money, value_of, values
from compliance.detectors.vocabulary import WORD, Hit

_BEFORE: Final = 48
_AFTER: Final = 28
_DISTANT: Final = 25
_WHOLE: Final = frozenset({"CARD_SECURITY", "CARD_PIN", "DATE_OF_BIRTH"})  # never a part of a longer value
_KINDS: Final = frozenset(PROOFS)
_BLOCKS: Final = frozenset({AGAINST, "secret.code", "secret.key"})
_POLICIES: Final = frozenset(read("cues")["policy_phrases"])
_AT_BANK: Final = frozenset(read("linking")["at_bank"])
_OF_A_CARD: Final = frozenset(read("linking")["card_pin_words"])
_OF_SEVERAL: Final = frozenset(("DATE_OF_BIRTH", "US_SSN", "US_ITIN", "MEDICAL_ID", "GOVERNMENT_ID"))
_SPEAKING: Final = _KINDS | _BLOCKS
_LICENCES: Final = frozenset(read("linking")["bare_licence"])
_OF_A_TRADE: Final = re.compile(
    r"(?<![a-z])(?:bonded|insured|contractors?|electrical|electrician|plumbing|plumber|hvac|roof(?:ing|ers?)|"
    r"master|cslb|"
    r"free (?:estimates?|quotes?)|handyman|landscap(?:ing|ers?)|pest control|painters?|builders?|realtors?|brokers?|"
    r"nmls|movers|since (?:19|20)\d\d)(?![a-z])"
)
_OF_YOUR_TRADE: Final = re.compile(  # "lic# for ur contractor is CCB 214408 right"
    r"(?<![a-z])(?:your|ur|yr|the|that|his|their|this) (?:[a-z]{2,12} )?"
    r"(?:contractor|electrician|plumber|hvac|roofer|handyman|landscaper|painter|builder|realtor|broker|mover|"
    r"business|company|guy|inspector|exterminator)(?:'?s)?(?![a-z])"
)
_TRADE_WITHIN: Final = 60  # characters around a licence in which a customer names whose it is
_AD_WITHIN: Final = 240  # the same for what a business says of itself
_LEADS_ON: Final = frozenset(("and", "y", "und", "et", "plus"))
_AND_ANOTHER: Final = re.compile(
    r"(?: \((?:me|[a-z]{3,10})\))?"
    r"(?: ?(?:[,;/&+=]|->|=>|aka|so|i mean))? ?(?:and |y |und |et )?(?:(?:my |the |mi |el |la |los )?"
    r"(?:his|hers|her|mine|theirs|mines|other|second|(?:(?:his|her|my|our) )?[a-z]{2,10}'?s|otro|otra|de ella|de el|"
    r"suyo|suya|mio|mia|de (?:mi |su )?[a-z]{2,10}|(?:su|mi) [a-z]{2,10}))?(?: one)?"
    r"(?:,? (?:is|was|it's|its|es))? ?:? ?"
)
_GIFT: Final = re.compile(r"(?<![a-z])e?-?gift ?(?:card|certificate)s?(?![a-z])")  # its PIN is nobody's secret
_OR_ANOTHER: Final = re.compile(
    r"[ ,]{0,2}(?:i think|maybe|not sure|creo)?[ ,]{1,2}(?:or|o|oder|ou)(?: maybe| is it)? "
)
_ITS_NAME: Final = re.compile(r"[ #:]{1,3}")  # between a word and the number that it names
_NPI_DIGITS: Final = 10
_RECEIVED: Final = re.compile(
    r" (?:that )?(?:i (?:just )?(?:got|received)|they|you (?:just )?(?:sent|texted)|it (?:sent|gave)|"
    r"(?:just )?came)(?![a-z])"
)
_FOR_WHAT: Final = re.compile(
    r" (?:for|para) (?:(?!on |by |due |is |until |before |at |from )[a-z]{1,12} ){1,5}(?:(?:is|es) )?:? ?"
)
_ROW: Final = 12  # characters between two values of a row
_SHORTEST: Final = 3  # letters and digits that a value has at least: a card's code
_NUMBER: Final = 4  # letters and digits from which a value ends what a phrase before it speaks of
_WHOLE_NUMBER: Final = 7  # digits from which a number is more than its end
_LETTERS_WITHIN: Final = 20
_NOBODY_BORN: Final = re.compile(  # an animal's or a company's birth
    r"(?<![a-z])(?:dogs?|pupp(?:y|ies)|pups?|cats?|kittens?|kitty|horses?|foals?|mare|cal(?:f|ves)|goats?|"
    r"lambs?|litter|"
    r"company|business|shop|store|brand|restaurant|bakery|idea|team|band|startup|nation|country)(?: (?:was|were|"
    r"is))? ?\Z"
)
_BORN_WITHIN: Final = 24
_NEW_CLAUSE: Final = re.compile(r" ?,(?: (?:the|my|his|her|el|la|mi))? ?")
_SSN_SIZES: Final = (3, 2, 4)
_FORMS: Final = frozenset({"1099", "1098", "1095", "1040", "8949"})  # of the tax office: no value of anybody
_SAYS: Final = re.compile(r",? (?:it )?(?:is|its|says|reads|shows|has|form is|form says|es|dice):? ?")
_CLOSE: Final = 5  # characters from which even a phrase that says little says enough
_LETTERS_BEFORE: Final = re.compile(
    r"[ :#=.]{1,3}(?:(?:id|no|num|number|is|es)[ :#.]{1,3}){0,2}(?P<letters>[a-z]{1,4}) \Z"
)


def find_identifiers(reading: Reading, taken: bytearray, *, beside_card: bool = False) -> list[Draft]:
    """Drafts of numbers named by a phrase, and of social security numbers by their grouping.

    `beside_card`: a card number stands in the text, so that a PIN is the card's.
    """
    found = _identifiers(reading, taken)
    if reading.has("CARD_PIN"):
        if _GIFT.search(reading.text):
            return [draft for draft in found if draft.type != "CREDENTIAL"]
        if beside_card:
            return [
                Draft("CARD_SECURITY", draft.spans, draft.reasons) if draft.type == "CREDENTIAL" else draft
                for draft in found
            ]
    return found


def _identifiers(reading: Reading, taken: bytearray) -> list[Draft]:
    if _KINDS.isdisjoint(reading.by_kind) and not any_grouping(reading) and not at_a_bank(reading.text):
        return []
    if all(0 not in taken[run.start : run.end] for run in reading.runs):
        return []
    cues = [hit for hit in reading.hits if not _SPEAKING.isdisjoint(hit.kinds)]
    accounts = account_in_pieces(reading, taken)
    all_values = values(reading, taken, births=reading.has("DATE_OF_BIRTH"))
    pairs = bank_pairs(reading, all_values)
    paired = {draft.spans[0]: draft.type for draft in pairs}
    found = [*accounts, *in_pieces(reading, taken), *pairs]
    previous = 0
    used: set[int] = set()
    waiting: list[Hit] = []  # phrases of a row of them ("routing and account") whose values are still to come
    for place, value in enumerate(all_values):
        if (len(value.compact) < _SHORTEST and value.date is None) or is_money(reading.text, value):
            continue
        if value.date is None and _too_few_digits(value.compact):
            previous = value.end if len(value.compact) >= _NUMBER else previous
            continue
        following = all_values[place + 1].start if place + 1 < len(all_values) else len(reading.text)
        before = [
            hit for hit in cues_before(cues, value.start, _BEFORE) if hit.start >= previous and hit.start not in used
        ]
        before = _said_exactly(before)
        if not before and waiting and value.start - previous <= _ROW:
            before = waiting
        draft = _named(reading, before, value)
        if draft is None and not (
            before and _blocks(before[-1]) and _ITS_NAME.fullmatch(reading.text, before[-1].end, value.start)
        ):
            draft = _named_after(reading, cues, value, following, used)
        if draft is not None and paired.get((value.start, value.end), draft.type) != draft.type:
            draft = None  # what stands beside it says which of the two it is
        draft = draft or by_grouping(reading, cues, value) or _another(reading, found, value, previous)
        if draft is not None:
            found.append(draft)
            waiting = before[1:] if in_a_row(reading.text, before) else []
        if draft is not None or (len(value.compact) >= _NUMBER and not _is_form(reading.text, value, following)):
            previous = value.end
    return found


def _is_form(text: str, value: Value, following: int) -> bool:
    """Whether a number names a form and nothing but a mark stands to the next: "my ssn for the 1099, 757760168"."""
    between = text[value.end : following]
    return value.compact in _FORMS and (not between.strip(" ,:;-") or _SAYS.fullmatch(between) is not None)


def _too_few_digits(compact: str) -> bool:
    """Whether no proof can hold, since each asks for three digits at least: "a1c", "w2"."""
    return not compact.isdigit() and sum(map(str.isdigit, compact)) < _SHORTEST


def _said_exactly(before: list[Hit]) -> list[Hit]:
    """Without the names of banks where another phrase stands beside them: "Chase, routing 021000021"."""
    exact = [hit for hit in before if "BANK_NAME" not in hit.kinds]
    return exact or before


def _named(reading: Reading, before: list[Hit], value: Value) -> Draft | None:
    """The draft of the nearest phrase before a value that can speak of it; in a row of phrases the first."""
    tried: set[str] = set()  # what the nearest of a phrase does not speak of, the same phrase farther off does not, too
    in_order = in_a_row(reading.text, before) and not (_blocks(before[0]) and _only_comma(reading.text, before))
    for hit in before if in_order else reversed(before):
        if hit.phrase in tried:
            continue
        tried.add(hit.phrase)
        if _blocks(hit):
            if value.date and _birth_for(reading.text, before, value):
                continue
            if hit.phrase.startswith("end") and len(value.compact) >= _WHOLE_NUMBER:
                continue  # "account ending in ... well, the whole number is 35580746"
            return None
        draft = _accept(reading, hit, value, "cue.before")
        if draft is not None:
            return draft
    return None


def _birth_for(text: str, before: list[Hit], value: Value) -> bool:
    """Whether a day is said to be a birth's and then what it is asked for: "my dob for the rx pickup 02.28.61"."""
    return any(
        "DATE_OF_BIRTH" in hit.kinds and _FOR_WHAT.fullmatch(text, hit.end, value.start) is not None for hit in before
    )


def _only_comma(text: str, hits: list[Hit]) -> bool:
    """Whether only a comma stands between the first two: a new clause ("on the folio, cvv 114"), not a row."""
    return _NEW_CLAUSE.fullmatch(text, hits[0].end, hits[1].start) is not None


def _named_after(reading: Reading, cues: list[Hit], value: Value, following: int, used: set[int]) -> Draft | None:
    """The draft of a phrase that follows a value and speaks of it."""
    hit = cue_after(cues, value.end, _AFTER)
    if hit is None or hit.end > following or _blocks(hit) or not speaks_back(reading.text[value.end : hit.start]):
        return None
    leads_on = hit.end < following < len(reading.text) and following - hit.end <= _ROW // 2
    first = WORD.search(reading.text, value.end, hit.start) if leads_on else None
    if leads_on and (first is None or first.group() in _LEADS_ON):
        return None  # it speaks of what follows: "0427 cvv 123", "272185355 and the account 1232288650"
    draft = _accept(reading, hit, value, "cue.after")
    if draft is not None:
        used.add(hit.start)
    return draft


def _another(reading: Reading, found: list[Draft], value: Value, previous: int) -> Draft | None:
    """A second value of the kind before it, with nothing between but whose it is: "her dob is ... and his is ..."."""
    if not found or found[-1].spans[-1][1] != previous:
        return None
    between = reading.text[previous : value.start]
    kind = found[-1].type
    if kind == "CARD_SECURITY" and _OR_ANOTHER.fullmatch(between) and (met := PROOFS[kind](value, "", True)):
        return Draft(kind, ((value.start, value.end),), reasons("cue.before/another", met))
    if kind not in _OF_SEVERAL:
        return None
    if len(between) > _BEFORE or not _AND_ANOTHER.fullmatch(between) or between.isspace():
        return None
    met = PROOFS[kind](value, "", True) if kind != "DATE_OF_BIRTH" or value.date else None
    return Draft(kind, ((value.start, value.end),), reasons("cue.before/another", met)) if met else None


def _blocks(hit: Hit) -> bool:
    """Whether a phrase names something else than these numbers."""
    return not _BLOCKS.isdisjoint(hit.kinds) and _KINDS.isdisjoint(hit.kinds)


def _accept(reading: Reading, hit: Hit, value: Value, rule: str) -> Draft | None:
    gap = value.start - hit.end if hit.end <= value.start else hit.start - value.end
    soft = "SOFT" in hit.kinds and gap > _CLOSE
    if "BANK_NAME" in hit.kinds and not _AT_BANK.issuperset(WORD.findall(reading.text[hit.end : value.start])):
        return None
    if hit.phrase in _POLICIES and reading.has("OTHER_POLICY"):
        return None
    if _of_a_clinic(reading, hit, value):
        return None
    if hit.phrase in _LICENCES and _of_a_trade(reading, hit):
        return None
    for kind in ORDER:
        if kind not in hit.kinds:
            continue
        proof = PROOFS[kind]
        if _something_else(reading, kind, hit, value):
            continue
        if kind == "ROUTING_NUMBER" and value.date:
            parts = [value_of(value.cells, "-")]
        elif kind in _WHOLE or value.date or digit_by_digit(value):
            parts = [value] if value.date is None or kind == "DATE_OF_BIRTH" or value.date.compact else []
        else:
            parts = list(value.parts(MOST_CELLS.get(kind, len(value.cells))))
        for part in parts:
            met = proof(part, hit.phrase, soft)
            if met is None:
                continue
            return _draft(reading, kind, part, hit, (f"{rule}/{hit.phrase}", met))
    return None


def _something_else(reading: Reading, kind: str, hit: Hit, value: Value) -> bool:
    """Whether a number is nothing of this kind, by how it is written or what stands between it and the phrase."""
    if kind == "GOVERNMENT_ID":
        return of_a_reference(value, hit.phrase)
    if kind == "CARD_SECURITY":
        of_a_page = "sign" in hit.phrase and "page" in reading.text[hit.end : value.start]
        return of_a_page or (hit.phrase == "digit code" and _RECEIVED.match(reading.text, hit.end) is not None)
    if kind == "BANK_ACCOUNT":
        of_a_sum = reading.text[hit.end : value.start].strip() == "of"  # "savings of 123456"
        of_a_person = value.sizes == _SSN_SIZES and reading.has("US_SSN")  # "social for direct deposit? 810-41-3610"
        return of_a_sum or of_a_person or of_a_telephone(value, hit.phrase)
    if kind == "DATE_OF_BIRTH":
        return _of_no_person(reading.text, hit)
    if kind == "MEDICAL_ID" and value.sizes == _SSN_SIZES:
        return True  # "my social for the medicaid form 413 55 3746"
    return kind == "CARD_PIN" and names_no_pin(reading, hit, value)


def _of_a_trade(reading: Reading, hit: Hit) -> bool:
    """Whether a licence is a tradesman's: "Lic# 884120, bonded"; "lic# for ur contractor is CCB 214408 right"."""
    told, within = (_OF_A_TRADE, _AD_WITHIN) if reading.direction == "out" else (_OF_YOUR_TRADE, _TRADE_WITHIN)
    return told.search(reading.text, max(0, hit.start - within), hit.end + within) is not None


def _of_no_person(text: str, hit: Hit) -> bool:
    """Whether an animal or a company was born: "our dog was born 04/11/2021"."""
    if "born" not in hit.phrase:
        return False
    return _NOBODY_BORN.search(text, max(0, hit.start - _BORN_WITHIN), hit.start) is not None


def _of_a_clinic(reading: Reading, hit: Hit, value: Value) -> bool:
    """Whether a number is the public one of a clinic, an NPI: ten digits in a text that speaks of one."""
    return (
        len(value.compact) == _NPI_DIGITS
        and value.compact.isdigit()
        and "MEDICAL_ID" in hit.kinds
        and "npi" in reading.text
    )


def _draft(reading: Reading, kind: str, part: Value, hit: Hit, rules: tuple[str, ...]) -> Draft | None:
    if kind == "CARD_PIN":
        at_card = reading.has("PAYMENT_CARD") or not _OF_A_CARD.isdisjoint(hit.phrase.split())
        kind = "CARD_SECURITY" if at_card else "CREDENTIAL"
    if kind == "CARD_SECURITY" and "SOFT" in hit.kinds and not reading.has("PAYMENT_CARD", "EXPIRY"):
        return None
    if part.start - hit.end > _DISTANT:
        rules = (*rules, "cue.distant")
    start = part.start
    if kind in ("MEDICAL_ID", "GOVERNMENT_ID") and 0 < start - hit.end <= _LETTERS_WITHIN:
        letters = _LETTERS_BEFORE.match(reading.text[hit.end : start])
        if letters and reading.as_written(hit.end + letters.start("letters"), start - 1).isupper():
            start = hit.end + letters.start("letters")
    return Draft(kind, ((start, part.end),), reasons(*rules), placeholder=part.compact in PLACEHOLDERS)
