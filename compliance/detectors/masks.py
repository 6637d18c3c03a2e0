"""Our own masks in a text: they are never read, so that masking twice is masking once."""

import re
from typing import Final

from compliance.detectors.findings import LAST_FOUR_MARK, MASK_NAMES

UNREAD: Final = "\x02"
CARD_MASK: Final = f"[{MASK_NAMES['PAYMENT_CARD']} {LAST_FOUR_MARK}"
"""How the mask of a card begins."""
_MASK: Final = re.compile(
    r"\[(?:"
    + "|".join(map(re.escape, sorted(MASK_NAMES.values(), key=len, reverse=True)))
    + rf")(?: {LAST_FOUR_MARK}\w{{4}})?\]"
)


def hide_masks(text: str) -> str:
    """The text with as many unread characters in place of each mask."""
    if "]" not in text:
        return text
    return _MASK.sub(lambda match: UNREAD * len(match.group()), text)
