"""Numbers that mean something only by the words beside them: which phrase speaks of which value.

A phrase before a value speaks of it ("acct 833223194"), or one that follows ("139 76 9131 is my social"). The nearest
counts, if the value can be such a thing; a nearer phrase that names something harmless (order, meter) ends it.
"""

import re
from itertools import pairwise

from compliance.detectors.cards import pieces
from compliance.detectors.checksums import itin, ssn
from compliance.detectors.data_files import read
from compliance.detectors.digit_runs import chains
from compliance.detectors.linking import cue_after, cues_before, in_a_row, speaks_back
from compliance.detectors.proofs import ORDER, PROOFS
from compliance.detectors.reading import AGAINST, Draft, Reading, reasons
from compliance.detectors.values import Value, is_money, values
from compliance.detectors.vocabulary import Hit

_BEFORE, _AFTER = 48, 28
_DISTANT = 25
_SSN_DIGITS = 9
_PAIR = 24  # characters between a sort code and its account
_WHOLE = frozenset({"CARD_SECURITY", "CARD_PIN", "DATE_OF_BIRTH"})  # never a part of a longer value
_KINDS = frozenset(PROOFS)
_BLOCKS = frozenset({AGAINST, "secret.code", "secret.key"})
_POLICIES = frozenset(read("cues")["policy_phrases"])
_SPEAKING = _KINDS | _BLOCKS
_ROW = 12  # characters between two values of a row
_NUMBER = 4  # letters and digits from which a value ends what a phrase before it speaks of
_CLOSE = 5  # characters from which even a phrase that says little says enough
_LETTERS_BEFORE = re.compile(r"[ :#=]{1,3}(?:is )?(?P<letters>[a-z]{1,4}) \Z")


def find_identifiers(reading: Reading, taken: bytearray) -> list[Draft]:
    """Drafts of numbers named by a phrase, and of social security numbers by their grouping."""
    cues = [hit for hit in reading.hits if not _SPEAKING.isdisjoint(hit.kinds)]
    all_values = values(reading.text, taken)
    found = [*_in_pieces(reading, taken), *_sort_code_pairs(reading, all_values)]
    previous = 0
    used: set[int] = set()
    waiting: list[Hit] = []  # phrases of a row of them ("routing and account") whose values are still to come
    for place, value in enumerate(all_values):
        if is_money(reading.text, value):
            continue
        following = all_values[place + 1].start if place + 1 < len(all_values) else len(reading.text)
        before = [
            hit for hit in cues_before(cues, value.start, _BEFORE) if hit.start >= previous and hit.start not in used
        ]
        if not before and waiting and value.start - previous <= _ROW:
            before = waiting
        draft = _named(reading, before, value) or _named_after(reading, cues, value, following, used)
        draft = draft or _by_grouping(reading, cues, value)
        if draft is not None:
            found.append(draft)
            waiting = before[1:] if in_a_row(reading.text, before) else []
        if draft is not None or len(value.compact) >= _NUMBER:
            previous = value.end
    return found


def _in_pieces(reading: Reading, taken: bytearray) -> list[Draft]:
    """A social security or taxpayer number in several pieces, with its phrase before or after the pieces."""
    if not reading.has("US_SSN", "US_ITIN") or len(reading.runs) < 2:
        return []
    found = []
    edges = {edge for run in reading.runs for edge in (run.start, run.end)}
    for chain in chains(reading.text, reading.runs):
        groups = chain.groups
        for first in range(len(groups)):
            digits, last = "", first
            while last < len(groups) and len(digits) < _SSN_DIGITS:
                digits += groups[last].digits
                last += 1
            spans = tuple(pieces(groups[first:last], reading.text))
            kind = "US_SSN" if ssn(digits) else "US_ITIN" if itin(digits) else None
            if (
                kind is None
                or len(spans) < 2
                or spans[0][0] not in edges
                or spans[-1][1] not in edges
                or any(any(taken[start:end]) for start, end in spans)
            ):
                continue
            cue = reading.near("US_SSN", spans[0][0], spans[-1][1], before=50, after=40) or reading.near(
                "US_ITIN", spans[0][0], spans[-1][1], before=50, after=40
            )
            if cue is None:
                continue
            found.append(Draft(kind, spans, reasons(f"cue.before/{cue.phrase}", "proof.range")))
            for start, end in spans:
                taken[start:end] = b"\x01" * (end - start)
            break
    return found


def _sort_code_pairs(reading: Reading, all_values: list[Value]) -> list[Draft]:
    """A British sort code and the eight digits of its account right after it, with any word of banks in the text."""
    if not reading.has("BANK_ACCOUNT", "ROUTING_NUMBER"):
        return []
    found = []
    for one, other in pairwise(all_values):
        first = tuple(len(text) for _, _, text in one.cells)
        if (
            first == (2, 2, 2)
            and other.sizes == (8,)
            and other.start - one.end <= _PAIR
            and (one.compact + other.compact).isdigit()
        ):
            why = reasons("cue.distant", "cue.before/bank", "proof.shape", "proof.range")
            found += [
                Draft("ROUTING_NUMBER", ((one.start, one.end),), why),
                Draft("BANK_ACCOUNT", ((other.start, other.end),), why),
            ]
    return found


def _named(reading: Reading, before: list[Hit], value: Value) -> Draft | None:
    """The draft of the nearest phrase before a value that can speak of it; in a row of phrases the first."""
    for hit in before if in_a_row(reading.text, before) else reversed(before):
        if _blocks(hit):
            return None
        draft = _accept(reading, hit, value, "cue.before")
        if draft is not None:
            return draft
    return None


def _named_after(reading: Reading, cues: list[Hit], value: Value, following: int, used: set[int]) -> Draft | None:
    """The draft of a phrase that follows a value and speaks of it."""
    hit = cue_after(cues, value.end, _AFTER)
    if hit is None or hit.end > following or _blocks(hit) or not speaks_back(reading.text[value.end : hit.start]):
        return None
    draft = _accept(reading, hit, value, "cue.after")
    if draft is not None:
        used.add(hit.start)
    return draft


def _blocks(hit: Hit) -> bool:
    """Whether a phrase names something else than these numbers."""
    return not _BLOCKS.isdisjoint(hit.kinds) and _KINDS.isdisjoint(hit.kinds)


def _accept(reading: Reading, hit: Hit, value: Value, rule: str) -> Draft | None:
    gap = value.start - hit.end if hit.end <= value.start else hit.start - value.end
    soft = "SOFT" in hit.kinds and gap > _CLOSE
    if hit.phrase in _POLICIES and reading.has("OTHER_POLICY"):
        return None
    for kind in ORDER:
        if kind not in hit.kinds:
            continue
        proof = PROOFS[kind]
        if kind == "ROUTING_NUMBER" and value.date:
            parts = [Value(value.cells, "-")]
        elif kind in _WHOLE or value.date:
            parts = [value] if value.date is None or kind == "DATE_OF_BIRTH" or value.date.compact else []
        else:
            parts = list(value.parts())
        for part in parts:
            met = proof(part, hit.phrase, soft)
            if met is None:
                continue
            return _draft(reading, kind, part, hit, (f"{rule}/{hit.phrase}", met))
    return None


def _draft(reading: Reading, kind: str, part: Value, hit: Hit, rules: tuple[str, ...]) -> Draft | None:
    if kind == "CARD_PIN":
        at_card = reading.has("PAYMENT_CARD") or hit.phrase in ("card pin", "atm pin", "debit pin", "atm code", "nip")
        kind = "CARD_SECURITY" if at_card else "CREDENTIAL"
    if kind == "CARD_SECURITY" and "SOFT" in hit.kinds and not reading.has("PAYMENT_CARD", "EXPIRY"):
        return None
    if part.start - hit.end > _DISTANT:
        rules = (*rules, "cue.distant")
    start = part.start
    if kind in ("MEDICAL_ID", "GOVERNMENT_ID") and 0 < start - hit.end <= 12:
        letters = _LETTERS_BEFORE.match(reading.text[hit.end : start])
        if letters and reading.as_written(hit.end + letters.start("letters"), start - 1).isupper():
            start = hit.end + letters.start("letters")
    return Draft(kind, ((start, part.end),), reasons(*rules), placeholder=part.compact in PLACEHOLDERS)


PLACEHOLDERS = frozenset({"078051120", "219099999", "123456789", "111111111", "046454286"})


def _by_grouping(reading: Reading, cues: list[Hit], value: Value) -> Draft | None:
    """A social security or taxpayer number without a word: the grouping 3-2-4 alone."""
    if value.date or value.separator not in ("-", " ", ".", "_", "/", " - "):
        return None
    for first in range(len(value.cells) - 2):
        part = value.part(first, first + 3)
        if part.sizes != (3, 2, 4) or not part.compact.isdigit():
            continue
        kind = "US_SSN" if ssn(part.compact) else "US_ITIN" if itin(part.compact) else None
        if kind is None or (len(value.cells) != 3 and value.separator != " "):
            continue
        if _something_else(reading, cues, part):
            continue
        rules = ("ssn.separators", "proof.range")
        return Draft(kind, ((part.start, part.end),), reasons(*rules), placeholder=part.compact in PLACEHOLDERS)
    return None


def _something_else(reading: Reading, cues: list[Hit], part: Value) -> bool:
    """Whether the words around name something harmless of that shape."""
    before = cues_before(cues, part.start, _BEFORE)
    if before and AGAINST in before[-1].kinds:
        return True
    after = cue_after(cues, part.end, _AFTER)
    return after is not None and AGAINST in after.kinds and speaks_back(reading.text[part.end : after.start])
