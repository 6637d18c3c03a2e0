"""PINs that are nobody's secret: of calls and meeting rooms, of places on a map, of what else is called a pin."""

import re
from typing import Final

from compliance.detectors.data_files import read
from compliance.detectors.reading import Reading
from compliance.detectors.values import Value
from compliance.detectors.vocabulary import WORD, Hit

_NO_PIN: Final = frozenset(read("linking")["no_pin"])
_NO_NAME: Final = re.compile(
    r" (?:me|us|him|them|down|up|this|that|on|at)(?! (?:is|pin)(?![a-z]))(?![a-z])"
)  # "pin me down"
_MEETS: Final = re.compile(
    r"(?<![a-z])(?:meeting|conference|conf|webinar|bridge|call|huddle|host|participant|attendee|guest|audio|zoom|"
    r"teams|webex|standup|presenter|moderator|room)(?: room| call| line| audio| id)?(?:'s)? \Z"
)
_DIALS: Final = re.compile(
    r"(?<![a-z])(?:dial[ -]?in|call[ -]in|dial|webinar|conference (?:call|room|line|bridge)|bridge line|join by "
    r"phone|"
    r"bowling|lane)(?![a-z])"
)
_BANKS: Final = re.compile(r"(?<![a-z])(?:bank|banking|account|acct|log ?in|card|atm|debit|online)(?![a-z])")
_BEFORE: Final = 70
_NEXT: Final = 24
_AFTER: Final = 40


def names_no_pin(reading: Reading, hit: Hit, value: Value) -> bool:
    """Whether what "pin" speaks of is none that somebody keeps: "conference pin 55210#", "pin at 30.2672, -97.7431"."""
    text = reading.text
    if not _NO_PIN.isdisjoint(WORD.findall(text[hit.end : value.start])) or value.separator == ".":
        return True
    if hit.end <= value.start and hit.phrase == "pin" and _NO_NAME.match(text, hit.end):
        return True
    if hit.start >= value.end and not _NO_PIN.isdisjoint(WORD.findall(text[hit.end : hit.end + _NEXT])[:1]):
        return True  # "40.7411 pin drop for the driver"
    if _MEETS.search(text, max(0, hit.start - _NEXT), hit.start):
        return True
    start, end = max(0, hit.start - _BEFORE), value.end + _AFTER
    return _DIALS.search(text, start, end) is not None and _BANKS.search(text, start, end) is None
