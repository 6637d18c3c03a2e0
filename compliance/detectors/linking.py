"""Whether a phrase that follows a value speaks of it."""

import re

from compliance.detectors.data_files import read
from compliance.detectors.vocabulary import WORD

_ENDS = re.compile(r"[.!?]\s|\n")
_LINKING_AFTER = frozenset(read("linking")["after"])


def speaks_back(between: str) -> bool:
    """Whether what stands between a value and a later phrase ties them: few words, no end of a sentence."""
    return not _ENDS.search(between) and all(word in _LINKING_AFTER for word in WORD.findall(between))
