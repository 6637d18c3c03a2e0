"""Which of the things that are found over several texts fit the text they stand in, on its way in or out."""

from collections.abc import Sequence
from typing import Final

from compliance.detectors import Finding, scan
from compliance.detectors.findings import MASK_NAMES
from compliance.detectors.scanning import Direction

REMOVED: Final = frozenset({"PAYMENT_CARD", "CARD_SECURITY", "US_SSN", "US_ITIN", "CREDENTIAL"})
"""What is stored nowhere, and leaves in no text of ours."""
CARD_MASK: Final = f"[{MASK_NAMES['PAYMENT_CARD']} "
_BESIDE_ANSWER: Final = 3  # words that may stand beside it
_BESIDE_PIECE: Final = 5  # and beside the rest of a number


def fitting(texts: Sequence[str], found: Sequence[Finding], *, new: int, direction: Direction = "in") -> list[Finding]:
    """Without what was found in a text only by a word of another one, amid a sentence.

    "Forgot my pin", then "our address is 7943 Oak Road": to take that out would lose what was said. A date or a code is
    taken out of sentences, too, when a card came before it. `new`: the place of the new text; of those before it, what
    they hold alone is left as it was stored.
    """
    is_card_there = any(one.type == "PAYMENT_CARD" for one in found) or any(CARD_MASK in text for text in texts)
    kept = []
    begin = 0
    for place, text in enumerate(texts):
        end = begin + len(text)
        mine = [one for one in found if begin <= one.start <= end]
        alone = [(begin + one.start, begin + one.end) for one in scan(text, direction=direction)] if mine else []
        for one in mine:
            if (
                one.type not in REMOVED
                or any(one.start < last and first < one.end for first, last in alone)
                or (is_card_there and one.type == "CARD_SECURITY" and place == new)
                or (one.group is not None and place != new)
                or is_all(text, one.start - begin, one.end - begin, _beside(one, is_card_there=is_card_there))
            ):
                kept.append(one)
        begin = end + 1
    return kept


def _beside(finding: Finding, *, is_card_there: bool) -> int:
    """How many words may stand beside what is told by another text only: few beside a date or code without a card."""
    if finding.group is not None:
        return _BESIDE_PIECE
    return _BESIDE_ANSWER if is_card_there or finding.type != "CARD_SECURITY" else 1


def is_all(body: str, start: int, end: int, words: int = _BESIDE_ANSWER) -> bool:
    """Whether the text says hardly more than the value: "it's 123", not a sentence with a number in it."""
    if body[max(start - 1, 0) : start].isalnum() or body[end : end + 1].isalnum():
        return False
    return len(body[:start].split()) + len(body[end:].split()) <= words
