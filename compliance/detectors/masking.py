"""`mask`: a text without what was found in it, nor what only shows once that is gone."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from compliance.detectors.findings import Finding
from compliance.detectors.masks import UNREAD, hide_masks
from compliance.detectors.scanning import Direction, scan

_ROUNDS: Final = 8  # of masking again what shows up beside a mask
_REPEATED: Final = 40  # values in a round that are looked for everywhere; each is another walk through the text
_NUMBER: Final = re.compile(rf"\d(?:[^\w{UNREAD}]?\d){{2,}}")  # of many before a cue each mask shows the next


def mask(text: str, findings: Iterable[Finding], *, direction: Direction = "in") -> str:
    """The text with a mask in place of each finding, which must come from scanning this very text.

    What a scan sees only once a neighbour is masked, is masked too: the result of masking everything holds nothing.
    Where that goes on and on, the numbers that are left are masked together, as what was found last.
    """
    found = list(findings)
    wanted = {finding.type for finding in found}
    masked = _replace(text, found)
    known = {finding.type for finding in scan(text, direction=direction)} - wanted
    for passed in range(2 * _ROUNDS):
        more = [finding for finding in scan(masked, direction=direction) if finding.type not in known]
        if not more or not found:
            break
        every = _everywhere(masked, more)
        masked = _replace(masked, every if passed < _ROUNDS else _with_numbers(masked, every))
    return masked


def _everywhere(text: str, found: Sequence[Finding]) -> list[Finding]:
    """These findings, and what is written just the same in other places: each would show up in a round of its own."""
    taken = bytearray(len(text) + 1)
    for finding in found:
        taken[finding.start : finding.end] = b"\x01" * (finding.end - finding.start)
    every = list(found)
    for finding in {text[one.start : one.end]: one for one in found[:_REPEATED]}.values():
        written = text[finding.start : finding.end]
        place = text.find(written)
        while place >= 0:
            end = place + len(written)
            if 1 not in taken[place:end]:
                taken[place:end] = b"\x01" * (end - place)
                every.append(finding._replace(start=place, end=end))
            place = text.find(written, end)
    return every


def _with_numbers(text: str, found: Sequence[Finding]) -> list[Finding]:
    """These findings, and every number of three digits or more between them, as if it were one of the last."""
    left = hide_masks(text)
    for finding in found:
        left = left[: finding.start] + UNREAD * (finding.end - finding.start) + left[finding.end :]
    numbers = [found[-1]._replace(start=match.start(), end=match.end()) for match in _NUMBER.finditer(left)]
    return [*found, *numbers]


def _replace(text: str, findings: Iterable[Finding]) -> str:
    for finding in sorted(findings, key=lambda finding: finding.start, reverse=True):
        text = text[: finding.start] + finding.masked + text[finding.end :]
    return text
