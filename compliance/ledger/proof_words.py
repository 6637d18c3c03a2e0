"""A customer's words as the ledger keeps them for good: what they asked for, without their numbers.

The ledger is only ever added to, so what turns out later to be the first part of a card cannot be masked in it
(`compliance.screening.arriving` masks it in the text): numbers do not come in.
"""

import re
from typing import Final

from compliance.detectors.folding import fold
from compliance.detectors.masks import hide_masks
from compliance.detectors.number_words import spell_out

NUMBER: Final = "[number]"
_FEWEST: Final = 3  # digits of a number that is left out
_MANY: Final = 6  # digits of a text that may stay, in ones and twos: with more, they could be a value in little pieces
_ROW: Final = re.compile(r"\d(?:[^a-z0-9\x02]{0,4}\d)*")  # of a folded text; \x02 stands for our masks


def proof_words(body: str, keyword: str = "") -> str:
    """The text with a mark for each number of three digits or more: any kind of digit, with marks or lines between, or
    number words in a row. With more than six digits in all each number goes. `keyword`: stays where it is one.
    """
    seen = spell_out(fold(hide_masks(body)))
    rows = list(_ROW.finditer(seen.text))
    sizes = [sum(char.isdigit() for char in row.group()) for row in rows]
    fewest = _FEWEST if sum(sizes) <= _MANY else 1
    known = fold(keyword).text
    pieces, done = [], 0
    for row, size in zip(rows, sizes, strict=True):
        if size < fewest or (size >= _FEWEST and row.group() in known):
            continue
        start, end = seen.span(*row.span())
        pieces += [body[done:start], NUMBER]
        done = end
    return "".join(pieces) + body[done:]
