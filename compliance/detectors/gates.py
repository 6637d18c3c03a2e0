"""The cheap question first: what can this text hold at all? Most texts end here, or need one detector only."""

import re
from collections import defaultdict
from typing import NamedTuple

from compliance.detectors.data_files import read
from compliance.detectors.number_words import FEWEST, NUMBER_WORDS
from compliance.detectors.vocabulary import SPACED, gate_words

_CUES, _HEALTH, _FINANCE, _SECRETS = read("cues"), read("health"), read("finance"), read("credentials")


NUMBERS = 1  # cards, identifiers, birth dates
SECRETS = 2
HEALTH = 4
MONEY = 8
SHAPES = 16
SPELLED = 32  # rows of number words
FORMATS = 64  # long words: keys, addresses
_CODES = 128  # secrets, if there are digits
_TESTS = 256  # health, with a result or digits
_RESULTS = 512
_TROUBLE = 1024  # money without an amount
_NUMBER_WORD = 2048


def _flags() -> dict[str, int]:
    """What each word of the lists makes possible."""
    found: dict[str, int] = defaultdict(int)
    health, finance, secrets = _HEALTH["lists"], _FINANCE["lists"], _SECRETS["lists"]
    of = {
        NUMBERS: [phrase for phrases in _CUES["kinds"].values() for phrase in phrases],
        MONEY: [phrase for kind in _FINANCE["gate"] for phrase in finance[kind]],
        _TROUBLE: finance["told"],
        _CODES: [phrase for kind in ("code", "weak_code", "use", "keep", "user") for phrase in secrets[kind]],
        HEALTH: [phrase for kind in _HEALTH["gate"] for phrase in health[kind]],
        _TESTS: [phrase for kind in _HEALTH["gate_tests"] for phrase in health[kind]],
        _RESULTS: [phrase for kind in _HEALTH["gate_results"] for phrase in health[kind]],
        SECRETS: [phrase for kind in ("password", "key") for phrase in secrets[kind]],
    }
    for flag, phrases in of.items():
        for word in gate_words(phrases) - frozenset(_CUES["too_common"] if flag == NUMBERS else ()):
            found[word] |= flag
    for word in NUMBER_WORDS:
        found[word] |= _NUMBER_WORD
    return dict(found)


_FLAGS = _flags()
_KNOWN = frozenset(_FLAGS)
_LONG_RUN = re.compile(r"\d(?:[^a-z0-9]{0,4}\d){8}")
_LETTER_AT_DIGIT = re.compile(r"\d(?:[a-z]|(?<=[a-z]\d)|(?<=[a-z][-#]\d)|(?<=[axyz] \d)|[ -][a-z](?![a-z]))")
_BEGINS_A_SHAPE = re.compile(
    r"(?<![a-z0-9])(?:[1-9][a-z][a-z0-9]\d|[a-z]{4}\d{6}|a[-# ]{0,2}\d{3}|"
    r"[xyz][- ]?\d{7}|\d{2}\.?\d{3}\.?\d{3}[- ]?[a-z]|[a-z]{5}\d{4}|[a-z]{1,5}9{0,4}\d{6}|p<|"
    r"[a-z]{2}[ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[a-d](?![a-z0-9]))"
)
_CODE_DIGITS = re.compile(r"\d{4}|\d{2}[ -]\d{2}|\d{3}[ -]\d{3}|/")
_AMOUNT = re.compile(r"[$£€%]|\d ?p(?:ercent|ct)|\d[.,]?\d[.,]?\d|\d ?k(?![a-z])|\d ?(?:mil|gr)")
_BEGINS_AN_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2} ?\d ?\d[ \-.\n]{0,3}[a-z0-9]")
_INITIALS = re.compile(r"(?<![a-z])[a-z][./ ][a-z](?![a-z])")  # d.o.b, a/c
_MANY_DIGITS, _FEW_DIGITS = 12, 3
_LETTERS_ONLY = frozenset("abcdefghijklmnopqrstuvwxyz \n")
_LONG_WORD = "x" * 16
_TOLD = NUMBERS | SECRETS | HEALTH | MONEY | SHAPES
_WITHOUT_DIGITS = HEALTH | SECRETS
_FROM_WORDS = HEALTH | SECRETS | _TROUBLE | _NUMBER_WORD  # what words alone may be
# For `bytes.translate`, which costs a tenth of a pattern.
_SIGNS = bytes(32 if byte < 128 and chr(byte).isspace() else ord("x") for byte in range(256))
_DIGITS = bytes(ord("0") if 48 <= byte <= 57 else 32 for byte in range(256))


class Glance(NamedTuple):
    """What is seen of a text without reading it. `letters` has a space for everything that is no plain letter."""

    flags: int
    digits: int
    letters: str
    long_word: bool  # at least as long as those of the original


def glance(text: str) -> Glance:
    """The first look at a text that is folded, or ASCII and need not be: a tenth of the time of reading it."""
    raw = text.encode("utf-8", "replace")
    letters = (raw.translate(SPACED, b"'") if "'" in text else raw.translate(SPACED)).decode()
    flags = 0
    for word in _KNOWN.intersection(letters.split()):
        flags |= _FLAGS[word]
    return Glance(flags, raw.translate(_DIGITS).count(b"0"), letters, _LONG_WORD in raw.translate(_SIGNS).decode())


def holds_nothing(seen: Glance, text: str) -> bool:
    """Whether that look is enough; only for a text that is ASCII, where nothing is hidden."""
    flags = seen.flags
    return (
        not seen.digits
        and not seen.long_word
        and not flags & _FROM_WORDS
        and not (flags & _TESTS and flags & _RESULTS)
        and "<<" not in text
    )


def may_hold(seen: Glance, text: str, original: str) -> int:
    """The flags of what a folded text could hold, of which `glance` saw something; 0 for nothing."""
    flags = seen.flags
    if flags & _NUMBER_WORD and sum([word in NUMBER_WORDS for word in seen.letters.split()]) >= FEWEST:
        flags |= SPELLED | NUMBERS
    elif not seen.digits:
        if flags & _TESTS and flags & _RESULTS:
            flags |= HEALTH
        flags = flags & _WITHOUT_DIGITS | (MONEY if flags & _TROUBLE else 0)
        if "<<" in text:
            flags |= SHAPES | NUMBERS
    else:
        flags = _with_digits(text, flags, seen.digits)
    if (seen.long_word or not original.isascii()) and _long_word(original) and not _LETTERS_ONLY.issuperset(original):
        flags |= FORMATS
    return flags


def _long_word(original: str) -> bool:
    return max(map(len, original.split()), default=0) >= len(_LONG_WORD)


def _with_figures(text: str) -> bool:
    """Whether a term of the lists stands there that is not only letters (written out: this takes a third of a loop)."""
    return (
        "401" in text
        or "1099" in text
        or "a1c" in text
        or "w-2" in text
        or "w2" in text
        or "t4" in text
        or "b12" in text
        or "cd4" in text
        or "spo2" in text
        or "icd" in text
    )


def _initials(text: str) -> bool:
    """Whether single letters stand together: d.o.b, a/c, s s n."""
    return ("." in text or "/" in text or " o " in text or " s " in text) and bool(_INITIALS.search(text))


def _with_digits(text: str, flags: int, digits: int) -> int:
    if flags & _CODES and _CODE_DIGITS.search(text):
        flags |= SECRETS
    if flags & _TESTS:
        flags |= HEALTH
    if flags & MONEY and not _AMOUNT.search(text):
        flags &= ~MONEY
    if flags & _TROUBLE:
        flags |= MONEY
    if digits < _FEW_DIGITS:
        flags &= ~NUMBERS
    elif digits >= _MANY_DIGITS or (digits >= _SSN_DIGITS and _LONG_RUN.search(text)) or _initials(text):
        flags |= NUMBERS
    if (digits >= _SHAPE_DIGITS and _LETTER_AT_DIGIT.search(text) and _BEGINS_A_SHAPE.search(text)) or (
        digits >= _IBAN_DIGITS and _BEGINS_AN_IBAN.search(text)
    ):
        flags |= SHAPES | NUMBERS
    if _with_figures(text):
        flags |= HEALTH | MONEY
    return flags & _TOLD


_SSN_DIGITS, _SHAPE_DIGITS, _IBAN_DIGITS = 9, 4, 10
