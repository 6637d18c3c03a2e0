"""Which phrases speak of which value."""

import re
from itertools import pairwise
from typing import Final

from compliance.detectors.data_files import read
from compliance.detectors.vocabulary import WORD, Hit, first_from

_ENDS: Final = re.compile(r"[.!?]\s|\n")
_LINKING_AFTER: Final = frozenset(read("linking")["after"])


def speaks_back(between: str) -> bool:
    """Whether what stands between a value and a later phrase ties them: few words, no end of a sentence."""
    return not _ENDS.search(between) and all(word in _LINKING_AFTER for word in WORD.findall(between))


_MOST: Final = 5  # phrases looked at before a value
_LONGEST_LINK: Final = 10  # characters that the pattern below can match
_IN_A_ROW: Final = re.compile(r" ?(?:,|/|&|\+|and|y|und|et|then|plus) ?(?:my|the|mi)? ?")


def cues_before(cues: list[Hit], place: int, distance: int) -> list[Hit]:
    """The phrases that end at most so many characters before a place, in order; not more than a few."""
    at = first_from(cues, place)
    return [hit for hit in cues[max(0, at - _MOST) : at] if hit.end <= place <= hit.end + distance]


def cue_after(cues: list[Hit], place: int, distance: int) -> Hit | None:
    """The first phrase that begins at most so many characters after a place."""
    at = first_from(cues, place)
    return cues[at] if at < len(cues) and cues[at].start - place <= distance else None


def in_a_row(text: str, hits: list[Hit]) -> bool:
    """Whether several phrases are named together: "routing and account", "dob/ssn"."""
    return (
        len(hits) > 1
        and hits[1].start - hits[0].end <= _LONGEST_LINK
        and hits[0].kinds.isdisjoint(hits[1].kinds)
        and all(_IN_A_ROW.fullmatch(text, one.end, other.start) for one, other in pairwise(hits))
    )
