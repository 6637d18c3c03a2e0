"""Numbers known by their grouping, their pieces or their neighbour rather than by a phrase right beside them."""

import re
from itertools import pairwise
from typing import Final

from compliance.detectors.cards import pieces
from compliance.detectors.checksums import aba, itin, ssn
from compliance.detectors.digit_runs import Run, without_counts
from compliance.detectors.linking import cue_after, cues_before, speaks_back
from compliance.detectors.reading import AGAINST, Draft, Reading, reasons
from compliance.detectors.values import Value
from compliance.detectors.vocabulary import Hit

_BEFORE: Final = 48
_AFTER: Final = 28
_SSN_DIGITS: Final = 9
_SSN_GROUPS: Final = 3
_SSN_SIZES: Final = (3, 2, 4)
_SSN_MARKS: Final = frozenset(("-", " ", ".", "_", "/", " - "))
_GROUPED: Final = re.compile(r"(?<!\d)\d{3}\D{1,3}\d\d\D{1,3}\d{4}(?!\d)")
_BESIDE: Final = re.compile(r"[ /,;|&\n-]{1,4}(?:and |y |then )?")
_PAIR: Final = 24  # characters between a routing number and its account
_ACCOUNT: Final = range(6, 18)
_NAMED_WITHIN: Final = 8  # characters from a name to what it names
_TWO: Final = 2
_ROUTING: Final = 9
_PAIR_TOLD: Final = 48  # the same where nine digits are told between: "acct 66012887, the 9 digit one is ..."
_NINE_DIGITS: Final = re.compile(r"(?<![a-z0-9])(?:9|nine|nueve)[ -](?:digits?|digitos|numbers)(?![a-z])")
_PIECES: Final = range(6, 18)  # digits of an account together
_SHORTEST_PIECE: Final = 3
_LONGEST_GAP: Final = 44  # characters from the first piece of an account to its rest
_THE_REST: Final = re.compile(
    r"[ .,;-]{0,3}\n[ .,-]{0,3}(?:(?:and|then|ok|so|y|luego|plus) ){0,2}(?:(?:the|its|it|la|el|los|las) )?"
    r"(?:rest|remaining|remainder|(?:other|second|2nd|last|next|final) (?:half|part|piece|bit|digits|\d|one)|"
    r"ends?|ending|goes on|continues|second|last|next|resto|otra (?:mitad|parte)|segunda (?:mitad|parte)|"
    r"ultimos|termina|sigue|faltan?)"
    r"(?:,? (?:with|in|of|it|the|them|digits|numbers|is|are|con|en|es|son|de|la|el|cuenta|account|acct|number)){0,4}"
    r"[ :.,=-]{1,3}"
)
_THAT_IS_IT: Final = re.compile(  # "account 3163" and on the next line "53651 thats my bank acct"
    r",? (?:is |thats |that's |that is )?(?:the |my )?(?:whole |full )?(?:(?:bank|checking|savings) )?(?:acct|"
    r"account|cuenta)(?![a-z])"
)
_BANK: Final = re.compile(
    r"(?<![a-z])(?:bank|void(?:ed)? (?:check|cheque)|(?:off|on|from|bottom of) (?:of )?(?:my|the|a|our) "
    r"(?:check|cheque)|(?:check|cheque) (?:says|reads|shows))(?![a-z])"
)
_WITHIN: Final = 24  # characters before a number in which the part of a machine stands that it is of
_OF_A_MACHINE: Final = re.compile(
    r"(?<![a-z])(?:filter|belt|gasket|bulb|cartridge|bearing|valve|fuse|hinge|blade|thermostat|compressor|alternator|"
    r"plug|hose|sensor|pad|rotor|battery|tire|tyre|pump|motor|switch|relay|seal|ink|lamp|bolt|screw|knob|handle|"
    r"faucet|"
    r"chain|sprocket|filtro|correa|bombilla)s?(?: (?:no|num|number|nr|ref))?[ #:.]{1,3}\Z"
)
_LETTER_BEHIND: Final = re.compile(r"-[a-z](?![a-z0-9])")  # of a form: "200-29-1309-B"
_SORT_SIZES: Final = ((2, 2, 2), (6,))
_SORTED_PAIR: Final = ((2, 2, 2, 8), (6, 8))
PLACEHOLDERS: Final = frozenset({"078051120", "219099999", "123456789", "111111111", "046454286"})


def any_grouping(reading: Reading) -> bool:
    """Whether digits stand anywhere as 3-2-4."""
    return any(
        _GROUPED.search(reading.text, run.start, run.end) for run in reading.runs if len(run.groups) >= _SSN_GROUPS
    )


def in_pieces(reading: Reading, taken: bytearray) -> list[Draft]:
    """A social security or taxpayer number in several pieces, with its phrase before or after the pieces."""
    if not reading.has("US_SSN", "US_ITIN") or not reading.runs:
        return []
    found = []
    edges = {edge for run in reading.runs for edge in (run.start, run.end)}
    for run in reading.runs:
        counted = without_counts(reading.text, run) if len(run.groups) > 1 else None
        if counted is not None:
            edges.add(counted.start)
    spread = [run for run in reading.runs if run.size == _SSN_DIGITS and _spread(reading.text, run)]
    for chain in [*reading.chains(), *spread]:
        groups = chain.groups
        for first in range(len(groups)):
            digits, last = "", first
            while last < len(groups) and len(digits) < _SSN_DIGITS:
                digits += groups[last].digits
                last += 1
            kind = "US_SSN" if ssn(digits) else "US_ITIN" if itin(digits) else None
            if kind is None or groups[first].start not in edges or groups[last - 1].end not in edges:
                continue
            spans = tuple(pieces(groups[first:last], reading.text))
            if (len(spans) < 2 and chain.pieces > 1) or any(1 in taken[start:end] for start, end in spans):
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


def _spread(text: str, run: Run) -> bool:
    """Whether nine digits stand in more groups than usual, or in the usual ones with unusual marks between."""
    if len(run.groups) > _SSN_GROUPS:
        return True
    if tuple([len(group.digits) for group in run.groups]) != _SSN_SIZES:
        return False
    marks = [text[one.end : other.start] for one, other in pairwise(run.groups)]
    return marks[0] != marks[1] or marks[0] not in _SSN_MARKS


def bank_pairs(reading: Reading, all_values: list[Value]) -> list[Draft]:
    """A sort code or a routing number and an account right beside it, with any word of banks in the text."""
    if not reading.has("BANK_ACCOUNT", "ROUTING_NUMBER") and not at_a_bank(reading.text):
        return []
    found = [draft for value in all_values if value.sizes in _SORTED_PAIR for draft in _sort_and_account(value)]
    told = _NINE_DIGITS.search(reading.text) is not None
    parts = [part for value in all_values for part in _each(value) if not told or len(part.compact) > 1]
    for one, other in pairwise(parts):
        if not (one.compact + other.compact).isdigit():
            continue
        if other.start - one.end > _PAIR and not (told and _tells_nine(reading.text, one.end, other.start)):
            continue
        if one.sizes in _SORT_SIZES and other.sizes == (8,):
            found += [_paired("ROUTING_NUMBER", one), _paired("BANK_ACCOUNT", other)]
        elif one.sizes == (8,) and other.sizes in _SORT_SIZES:
            if one.date is None and _before_its_sort_code(reading, one, other):
                found += [_paired("BANK_ACCOUNT", one), _paired("ROUTING_NUMBER", other)]
        else:
            for value, beside in ((one, other), (other, one)):
                if not aba(value.compact) or aba(beside.compact) or len(beside.compact) not in _ACCOUNT or beside.date:
                    continue
                found.append(_paired("ROUTING_NUMBER", value))
                if _BESIDE.fullmatch(reading.text, one.end, other.start):
                    found.append(_paired("BANK_ACCOUNT", beside))
    return found


def _before_its_sort_code(reading: Reading, account: Value, code: Value) -> bool:
    """Whether a sort code is named right behind an account that nothing else names: "pay 81220945, s/c 11-04-71"."""
    cue = reading.near("ROUTING_NUMBER", code.start, code.end, before=_NAMED_WITHIN, after=-1)
    if cue is None or cue.start < account.end:
        return False
    other = reading.near(AGAINST, account.start, account.end, before=_NAMED_WITHIN, after=-1)
    return other is None or reading.text[other.end : account.start].endswith(" to ")


def _tells_nine(text: str, start: int, end: int) -> bool:
    return end - start <= _PAIR_TOLD and _NINE_DIGITS.search(text, start, end) is not None


def account_in_pieces(reading: Reading, taken: bytearray) -> list[Draft]:
    """An account of a bank over two messages, the second begun by what says so: "acct 46243", "rest of it 19611"."""
    if "\n" not in reading.text or not reading.has("BANK_ACCOUNT") or len(reading.runs) < _TWO:
        return []
    cues = [hit for hit in reading.hits if AGAINST in hit.kinds or "BANK_ACCOUNT" in hit.kinds]
    found = []
    for one, other in pairwise(reading.runs):
        if min(one.size, other.size) < _SHORTEST_PIECE or one.size + other.size not in _PIECES:
            continue
        if other.start - one.end > _LONGEST_GAP or not (
            _THE_REST.fullmatch(reading.text, one.end, other.start)
            or (reading.text[one.end : other.start] == "\n" and _THAT_IS_IT.match(reading.text, other.end))
        ):
            continue
        before = cues_before(cues, one.start, _BEFORE)
        if not before or "BANK_ACCOUNT" not in before[-1].kinds or 1 in taken[one.start : other.end]:
            continue
        spans = ((one.start, one.end), (other.start, other.end))
        found.append(Draft("BANK_ACCOUNT", spans, reasons(f"cue.before/{before[-1].phrase}", "proof.shape")))
        for start, end in spans:
            taken[start:end] = b"\x01" * (end - start)
    return found


def at_a_bank(text: str) -> bool:
    """Whether a text speaks of a bank, which is enough for a number with its check digit and another beside it."""
    return ("bank" in text or "che" in text) and bool(_BANK.search(text))


def _each(value: Value) -> tuple[Value, ...]:
    """A routing number and an account that stand as one value ("021000021 - 44120987"), each by itself."""
    if len(value.cells) != _TWO or _ROUTING not in value.sizes or value.date or min(value.sizes) < _ACCOUNT.start:
        return (value,)
    return value.part(0, 1), value.part(1, 2)


def _sort_and_account(value: Value) -> list[Draft]:
    """A sort code and an account with the same sign between as within: "20 00 00 12345678"."""
    last = len(value.cells) - 1
    if not value.compact.isdigit():
        return []
    return [_paired("ROUTING_NUMBER", value.part(0, last)), _paired("BANK_ACCOUNT", value.part(last, last + 1))]


def _paired(kind: str, value: Value) -> Draft:
    return Draft(kind, ((value.start, value.end),), reasons("cue.distant", "cue.before/bank", "proof.shape"))


def by_grouping(reading: Reading, cues: list[Hit], value: Value) -> Draft | None:
    """A social security or taxpayer number without a word: the grouping 3-2-4 alone."""
    if value.date or value.separator not in _SSN_MARKS:
        return None
    sizes = value.sizes
    for first in range(len(sizes) - 2):
        if sizes[first : first + 3] != (3, 2, 4):
            continue
        part = value.part(first, first + 3)
        if not part.compact.isdigit():
            continue
        kind = "US_SSN" if ssn(part.compact) else "US_ITIN" if itin(part.compact) else None
        if kind is None or (len(value.cells) != 3 and value.separator != " "):
            continue
        if _something_else(reading, cues, part) or _LETTER_BEHIND.match(reading.text, part.end):
            continue
        rules = ("ssn.separators", "proof.range")
        return Draft(kind, ((part.start, part.end),), reasons(*rules), placeholder=part.compact in PLACEHOLDERS)
    return None


def _something_else(reading: Reading, cues: list[Hit], part: Value) -> bool:
    """Whether the words around name something harmless of that shape."""
    before = cues_before(cues, part.start, _BEFORE)
    if before and AGAINST in before[-1].kinds and not any("US_SSN" in hit.kinds for hit in before):
        return True
    if _OF_A_MACHINE.search(reading.text, max(0, part.start - _WITHIN), part.start):
        return True
    after = cue_after(cues, part.end, _AFTER)
    return after is not None and AGAINST in after.kinds and speaks_back(reading.text[part.end : after.start])
