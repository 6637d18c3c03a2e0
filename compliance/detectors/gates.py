"""The cheap question first: can this text hold anything at all? Most texts end here."""

import re
from dataclasses import dataclass

from compliance.detectors.data_files import read
from compliance.detectors.number_words import FEWEST, NUMBER_WORDS
from compliance.detectors.vocabulary import WORD, gate_words

_CUES, _HEALTH, _FINANCE, _SECRETS = read("cues"), read("health"), read("finance"), read("credentials")

_WITH_DIGITS = gate_words(
    [
        *(phrase for phrases in _CUES["kinds"].values() for phrase in phrases),
        *(phrase for kind in _FINANCE.get("gate", ()) for phrase in _FINANCE["lists"][kind]),
        *(phrase for kind in ("code", "weak_code", "use", "user") for phrase in _SECRETS["lists"][kind]),
    ]
) - frozenset(_CUES["too_common"])
_ALONE = gate_words(
    [
        *(phrase for kind in _HEALTH.get("gate", ()) for phrase in _HEALTH["lists"][kind]),
        *(phrase for kind in ("password", "key") for phrase in _SECRETS["lists"][kind]),
    ]
)
_UNPUBLISHED = gate_words(_FINANCE["lists"].get("unpublished", ()))
# terms that are not only letters
_WITH_FIGURES = re.compile(r"a1c|b12|cd4|401 ?k|w-?2(?!\d)|(?<!\d)1099|t4(?!\d)|spo2|icd-?10")
_LONG_RUN = re.compile(r"\d(?:[^a-z0-9]{0,4}\d){8}")
_CODE = re.compile(
    r"(?<![a-z0-9])(?:[1-9][a-z][a-z0-9]\d|[a-z]{2} ?\d\d ?\d|[a-z]{4}\d{6}|[a-z]\d{8}|[xyz]\d{7}|"
    r"\d{8}[a-z]|[a-z]{5}\d{4}|p<)"
)  # begins like one of `shapes`
_MANY_DIGITS = 12
_DIGIT = re.compile(r"\d")
_LETTERS_ONLY = frozenset("abcdefghijklmnopqrstuvwxyz \n")
_LONG_WORD = re.compile(r"\S{16}")


@dataclass(frozen=True, slots=True)
class Gate:
    """`nothing`: the text need not be read. `spelled`: it has rows of number words."""

    nothing: bool
    spelled: bool = False


_NOTHING, _READ, _SPELLED = Gate(nothing=True), Gate(nothing=False), Gate(nothing=False, spelled=True)


def may_hold(text: str, original: str) -> Gate:
    """Whether a folded text could hold something sensitive."""
    words = WORD.findall(text.replace("'", "") if "'" in text else text)
    distinct = set(words)
    if not NUMBER_WORDS.isdisjoint(distinct) and sum(word in NUMBER_WORDS for word in words) >= FEWEST:
        return _SPELLED
    if not _ALONE.isdisjoint(distinct):
        return _READ
    if _DIGIT.search(text) and (
        not _WITH_DIGITS.isdisjoint(distinct)
        or _LONG_RUN.search(text)
        or len(_DIGIT.findall(text)) >= _MANY_DIGITS
        or _CODE.search(text)
        or _WITH_FIGURES.search(text)
    ):
        return _READ
    if "<<" in text or (_LONG_WORD.search(original) and not _LETTERS_ONLY.issuperset(original)):
        return _READ
    return _NOTHING
