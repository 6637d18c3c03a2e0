"""The cheap question first: what can this text hold at all? Most texts end here, or need one detector only."""

import re
from collections import defaultdict
from typing import Final

from compliance.detectors.data_files import read
from compliance.detectors.glancing import Glance, names_both_by_letters
from compliance.detectors.known_words import add_flags, look_up
from compliance.detectors.number_words import FEWEST, NUMBER_WORDS
from compliance.detectors.vocabulary import SPACED, Words, signs_of, telling_words

_CUES: Final = read("cues")
_HEALTH: Final = read("health")
_FINANCE: Final = read("finance")
_SECRETS: Final = read("credentials")


NUMBERS: Final = 1  # cards, identifiers, birth dates
SECRETS: Final = 2
HEALTH: Final = 4
MONEY: Final = 8
SHAPES: Final = 16
SPELLED: Final = 32  # rows of number words
FORMATS: Final = 64  # long words: keys, addresses
_CODES: Final = 128  # secrets, if there are digits
_TESTS: Final = 256  # health, with a result or digits
_RESULTS: Final = 512
_TROUBLE: Final = 1024  # money without an amount
_NUMBER_WORD: Final = 2048
_BIRTH: Final = 4096


def _flags() -> dict[str, int]:
    """What each word of the lists makes possible."""
    found: dict[str, int] = defaultdict(int)
    health, finance, secrets = _HEALTH["lists"], _FINANCE["lists"], _SECRETS["lists"]
    of = {
        NUMBERS: [phrase for phrases in _CUES["kinds"].values() for phrase in phrases],
        _BIRTH: _CUES["kinds"]["DATE_OF_BIRTH"],
        MONEY: [phrase for kind in _FINANCE["gate"] for phrase in finance[kind]],
        _TROUBLE: finance["told"],
        _CODES: [phrase for kind in ("code", "weak_code", "use", "enter", "keep", "user") for phrase in secrets[kind]],
        HEALTH: [phrase for kind in _HEALTH["gate"] for phrase in health[kind]],
        _TESTS: [phrase for kind in _HEALTH["gate_tests"] for phrase in health[kind]],
        _RESULTS: [phrase for kind in _HEALTH["gate_results"] for phrase in health[kind]],
        SECRETS: [phrase for kind in ("password", "key") for phrase in secrets[kind]],
    }
    for flag, phrases in of.items():
        for word in telling_words(phrases):
            found[word] |= flag
    return dict(found)


add_flags(
    _flags(),
    exact=dict.fromkeys(NUMBER_WORDS, _NUMBER_WORD),
    withheld=dict.fromkeys(_CUES["too_common"], NUMBERS),
)
_LONG_RUN: Final = re.compile(r"\d(?:[^a-z0-9]{0,4}\d){8}")
_BEGINS_A_SHAPE: Final = re.compile(
    r"(?<![a-z0-9])(?:[1-9][a-z][a-z0-9]\d|[a-z]{4}\d{6}|a[-# ]{0,2}\d{3}|"
    r"[xyz][- ]?\d{7}|\d{2}\.?\d{3}\.?\d{3}[- ]?[a-z]|[a-z]{5}\d{4}|[a-z]{1,5}9{0,4}\d{6}|p<|"
    r"[a-z]{2}[ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[a-d](?![a-z0-9]))"
)
_AMOUNT: Final = re.compile(
    r"[$£€%]|\d ?p(?:ercent|ct)|\d[.,]?\d[.,]?\d|\d ?[km](?![a-z])|"
    r"\d ?(?:mil|gr|hun|dol|buck|peso|an h|a h|/ ?h|la h|por h|per h|mon|mes|pay|we)"
)
_ENDS_A_NINO: Final = re.compile(r"\d\d[ -]?[a-d](?![a-z0-9])")
_BEGINS_AN_ALIEN_NUMBER: Final = re.compile(r"a(?<![a-z0-9]a)[-# ]{0,2}\d{3}")
_BEGINS_AN_IBAN: Final = re.compile(r"(?<![a-z0-9])[a-z]{2} ?\d ?\d[ \-.\n]{0,3}[a-z0-9]")
_MANY_DIGITS: Final = 12
_FEW_DIGITS: Final = 3
_LETTERS_ONLY: Final = frozenset("abcdefghijklmnopqrstuvwxyz \n")
_LONG: Final = 16
_LONG_WORD: Final = b"x" * _LONG
_TOLD: Final = NUMBERS | SECRETS | HEALTH | MONEY | SHAPES
_WITHOUT_DIGITS: Final = HEALTH | SECRETS
_FROM_WORDS: Final = HEALTH | SECRETS | _TROUBLE | _NUMBER_WORD  # what words alone may be
# For `bytes.translate`, which costs a tenth of a pattern.
_SIGNS: Final = bytes(32 if byte < 128 and chr(byte).isspace() else ord("x") for byte in range(256))
_INITIALS: Final = bytes(
    ord("a") if chr(byte).isalpha() and byte < 128 else ord(".") if chr(byte) in "./ " else ord("0")
    for byte in range(256)
)
_INITIALS_AND_DIGITS: Final = bytes(
    ord("a") if chr(byte).isalpha() and byte < 128 else ord("0") if 48 <= byte <= 57 else ord(".")
    for byte in range(256)
)
_WITH_ZEROS: Final = bytes(ord("0") if 48 <= byte <= 57 else byte if byte < 128 else 1 for byte in range(256))
_DIGITS: Final = bytes(ord("0") if 48 <= byte <= 57 else 32 for byte in range(256))


def glance(text: str) -> Glance:
    """The first look at a text that is folded, or ASCII and need not be: a tenth of the time of reading it."""
    raw = text.encode("utf-8", "replace")
    apostrophes = "'" in text
    letters = (raw.translate(SPACED, b"'") if apostrophes else raw.translate(SPACED)).decode()
    names = letters.split()
    flags = 0
    known = look_up(names)
    for word in known:
        if word is not None:
            flags |= word.flags
    words = None if apostrophes or len(raw) != len(text) else Words(names, f" {letters} ").keep(known)
    digits = raw.translate(_DIGITS).count(b"0")
    return Glance(flags, digits, names, long_word=raw.translate(_SIGNS).find(_LONG_WORD) >= 0, words=words)


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
    if flags & _NUMBER_WORD and sum([word in NUMBER_WORDS for word in seen.names]) >= FEWEST:
        flags |= SPELLED | NUMBERS
    elif not seen.digits:
        if flags & _TESTS and flags & _RESULTS:
            flags |= HEALTH
        spelled = flags & MONEY and flags & _NUMBER_WORD and _sum_in_words(text)
        flags = flags & _WITHOUT_DIGITS | (MONEY if flags & _TROUBLE or spelled else 0)
        if "<<" in text:
            flags |= SHAPES | NUMBERS
    else:
        flags = _with_digits(text, flags, seen.digits)
    if seen.flags & _BIRTH and seen.flags & _NUMBER_WORD:
        flags |= SPELLED | NUMBERS
    if (seen.long_word or not original.isascii()) and _long_word(original) and not _LETTERS_ONLY.issuperset(original):
        flags |= FORMATS
    return flags


def _sum_in_words(text: str) -> bool:
    return "hundred" in text or "thousand" in text or "grand" in text


def _long_word(original: str) -> bool:
    return any(len(word) >= _LONG for word in original.split())


def _with_figures(text: str, signs: str) -> bool:
    """Whether a term of the lists stands there that is not only letters (written out: this takes a third of a loop)."""
    return (
        "401" in text
        or "1099" in text
        or "w-2" in text
        or "icd" in text
        or (
            "a0" in signs
            and ("a1c" in text or "w2" in text or "t4" in text or "b12" in text or "cd4" in text or "spo2" in text)
        )
    )


def _initials(text: str, raw: bytes) -> bool:
    """Whether single letters stand together: d.o.b, a/c, s s n.

    In signs: a letter, a mark or space, a letter, and no letter on either side.
    """
    if "b-day" in text or "b." in text or "b:" in text:
        return True
    if not ("." in text or "/" in text or " o " in text or " s " in text):
        return False
    signs = f".{raw.translate(_INITIALS).decode()}."
    return ".a.a." in signs or ".a.a0" in signs or ("0a.a" in signs and ("0a.a." in signs or "0a.a0" in signs))


def _letter_at_digit(signs: str, raw: bytes) -> bool:
    """Whether a letter and a digit stand together, or with one mark between as some numbers are written."""
    if "0a" in signs or "a0" in signs or "a-0" in signs or "a#0" in signs:
        return True
    if "a 0" in signs:
        written = raw.translate(_WITH_ZEROS).decode()
        if "a 0" in written or "x 0" in written or "y 0" in written or "z 0" in written:
            return True
    return signs.count("0 a") > signs.count("0 aa") or signs.count("0-a") > signs.count("0-aa")


def _long_run(text: str, signs: str) -> bool:
    """Whether nine digits stand in a row; first as telephone and social security numbers mostly do."""
    return (
        "000-000-0000" in signs
        or "000000000" in signs
        or "000-00-0000" in signs
        or "000) 000-0000" in signs
        or bool(_LONG_RUN.search(text))
    )


def _begins_a_shape(text: str, signs: str, digits: int) -> bool:
    """Whether a number begins that its own form gives away; looked for only where its signs stand."""
    return (
        "0aa0" in signs
        or "0a00" in signs
        or "0000000" in signs
        or "a000000" in signs
        or "aaaaa0000" in signs
        or (digits >= _SPANISH_DIGITS and ("000a" in signs or "000 a" in signs or "000-a" in signs))
        or (
            digits >= _NINO_DIGITS
            and ("00a" in signs or "00 a" in signs or "00-a" in signs)
            and bool(_ENDS_A_NINO.search(text))
        )
        or "p<" in text
        or ("000" in signs and bool(_BEGINS_AN_ALIEN_NUMBER.search(text)))
    ) and bool(_BEGINS_A_SHAPE.search(text))


def _begins_an_iban(text: str, raw: bytes) -> bool:
    """Whether two letters by themselves stand before digits, as in an IBAN."""
    signs = f".{raw.translate(_INITIALS_AND_DIGITS).decode()}"
    return (".aa0" in signs or ".aa.0" in signs) and bool(_BEGINS_AN_IBAN.search(text))


def _with_digits(text: str, flags: int, digits: int) -> int:
    raw = text.encode("utf-8", "replace")
    signs = signs_of(raw)
    if flags & _CODES and (
        "0000" in signs
        or "/" in text
        or "00 00" in signs
        or "00-00" in signs
        or "000 0" in signs
        or (" use " in text and ("a0" in signs or "0a" in signs))
    ):
        flags |= SECRETS
    if ("a-000000" in signs and "g-" in text) or names_both_by_letters(text):
        flags |= SECRETS
    if flags & _TESTS:
        flags |= HEALTH
    if flags & MONEY and not ("$" in text or "000" in signs or _AMOUNT.search(text)):
        flags &= ~MONEY
    if flags & _TROUBLE:
        flags |= MONEY
    if digits < _FEW_DIGITS:
        flags &= ~NUMBERS
    elif digits >= _MANY_DIGITS or (digits >= _SSN_DIGITS and _long_run(text, signs)) or _initials(text, raw):
        flags |= NUMBERS
    if (digits >= _SHAPE_DIGITS and _letter_at_digit(signs, raw) and _begins_a_shape(text, signs, digits)) or (
        digits >= _IBAN_DIGITS and _begins_an_iban(text, raw)
    ):
        flags |= SHAPES | NUMBERS
    if _with_figures(text, signs):
        flags |= HEALTH | MONEY
    return flags & _TOLD


_SSN_DIGITS: Final = 9
_SPANISH_DIGITS: Final = 8
_NINO_DIGITS: Final = 6
_SHAPE_DIGITS: Final = 4
_IBAN_DIGITS: Final = 10
