"""What a value must look like to be what the words beside it say. Each proof gives the rule it met, or None."""

import re
from collections.abc import Callable
from typing import Final

from compliance.detectors import checksums
from compliance.detectors.data_files import read
from compliance.detectors.dates import could_be_birth
from compliance.detectors.values import Value

Proof = Callable[[Value, str, bool], str | None]
"""(value, phrase that named it, whether that phrase says little by itself)"""

_BARE_ACCOUNT: Final = frozenset({"account", "acct", "acc", "cuenta", "compte", "conto", "konto", "cta"})
_LETTERED: Final = frozenset(
    {"nie", "nif", "curp", "pan", "pan card", "pan number", "pan no", "rfc"}
)  # never digits alone
_SORT: Final = frozenset(
    {"sort code", "sortcode", "sort", "sort code is", "s c", "s code", "sort c", "bsb", "bank code"}
)
_UK_PHONE: Final = re.compile(r"(?:44|0)[17]\d{9}\Z|08\d{9}\Z")
_PHONE_SIZES: Final = frozenset(((3, 3, 4), (1, 3, 3, 4), (3, 4), (3, 4, 4), (5, 6)))
_SIZES_AT_BANKS: Final = frozenset(range(8, 18)) - {10}
_OF_A_BUSINESS: Final = (2, 7)  # the groups in which an EIN is written
_LONGEST_IN_DIGITS: Final = 13  # of passports and licences, which have letters where they are longer
_PASSES: Final = ("passport", "pasaporte", "passeport", "lic", "driv", "dl", "permis")
_GERMAN: Final = ("reisepass", "personalausweis", "ausweis")
_GERMAN_SIZES: Final = (9, 10)
_MOST_CELLS: Final = 5  # of an account or a medical number
_ALSO_BY_PHONE: Final = frozenset({"zelle to", "pay me at", "transfer to"})
_BANKS: Final = frozenset(read("cues")["banks"])
_FILES: Final = frozenset({"chart", "patient", "member", "pt"})
_OF_A_CHART: Final = frozenset(read("cues")["of_a_chart"])
_PARTY: Final = frozenset({"birthday", "bday", "b day", "cumple", "cumpleanos", "brthday", "geburtstag"})
_SPECIFIC: Final = {
    "sin": "sin", "sin number": "sin", "sin no": "sin", "sin card": "sin", "social insurance": "sin", "nas": "sin",
    "social insurance number": "sin", "social insurance no": "sin", "assurance sociale": "sin",
}  # fmt: skip


def digit_by_digit(value: Value) -> bool:
    """Whether a number is written or spoken in ones and pairs: "five one double two", "5 1 2 2"."""
    return value.date is None and len(value.cells) > _MOST_CELLS and max(value.sizes) <= 2


def _ssn(value: Value, phrase: str, soft: bool) -> str | None:
    if value.sizes == _OF_A_BUSINESS:
        return None
    return "proof.range" if checksums.ssn(value.compact) and value.compact.isdigit() else None


def _itin(value: Value, phrase: str, soft: bool) -> str | None:
    digits = value.compact
    if not digits.isdigit() or len(digits) != 9 or digits[0] != "9" or value.sizes == _OF_A_BUSINESS:
        return None
    return "proof.range" if checksums.itin(digits) else "proof.shape"


def _phone(value: Value, phrase: str, soft: bool) -> bool:
    """Whether the digits stand as a telephone number does and the phrase does not insist."""
    sizes = value.sizes
    if not soft and (sizes == (3, 3, 4) or (len(sizes) == 1 and phrase.startswith("bank acc"))):
        return False
    return sizes in _PHONE_SIZES or bool(_UK_PHONE.match(value.compact))


def _bank(value: Value, phrase: str, soft: bool) -> str | None:
    digits = value.compact
    fewest = 6 if phrase in _BARE_ACCOUNT or soft else 5
    if (
        (len(value.cells) > _MOST_CELLS and not digit_by_digit(value))
        or not digits.isdigit()
        or not fewest <= len(digits) <= 20
    ):
        return None
    if _phone(value, phrase, soft):
        return None
    sizes = value.sizes
    if sizes in ((3, 2, 4), (2, 2, 2)) or (sizes[-1] == 8 and set(sizes[:-1]) in ({2}, {6})):
        return None  # a sort code stands before the account
    if phrase in _BANKS and not (len(value.cells) == 1 and len(digits) in _SIZES_AT_BANKS):
        return None  # banks have telephones, tickets and years, too
    return "proof.shape"


def _routing(value: Value, phrase: str, soft: bool) -> str | None:
    digits = value.compact
    if not digits.isdigit():
        return None
    if len(digits) == 9 and checksums.aba(digits):
        return "proof.checksum"
    if phrase in _SORT and len(digits) == 6 and value.sizes in ((6,), (2, 2, 2), (3, 3)):
        return "proof.shape"
    if phrase in ("blz", "bankleitzahl") and len(digits) == 8:
        return "proof.shape"
    return "proof.shape" if len(digits) == 9 and not soft and value.sizes in ((9,), (4, 4, 1), (3, 3, 3)) else None


def _medical(value: Value, phrase: str, soft: bool) -> str | None:
    compact = value.compact
    if len(value.cells) > _MOST_CELLS and "nhs" not in phrase:
        return None
    digits = sum(map(str.isdigit, compact))
    if "nhs" in phrase:
        return "proof.checksum" if compact.isdigit() and checksums.nhs(compact) else None
    if not 5 <= len(compact) <= 16 or digits < (6 if soft else 4) or value.sizes in ((3, 2, 4), (1, 3, 3, 4)):
        return None
    if value.sizes == (3, 4) and (soft or phrase not in _OF_A_CHART):
        return None
    if (value.sizes == (3, 3, 4) and soft) or (
        compact.isdigit() and len(compact) < (7 if soft else 6 if phrase in _FILES else 5)
    ):
        return None
    return "proof.shape"


def _government(value: Value, phrase: str, soft: bool) -> str | None:
    compact = value.compact
    digits = sum(map(str.isdigit, compact))
    if phrase in _LETTERED and compact.isdigit():
        return None
    if phrase in _SPECIFIC:
        return "proof.checksum" if compact.isdigit() and len(compact) == 9 and checksums.luhn(compact) else None
    if phrase.startswith(("aadh", "adh", "uid")):
        return (
            ("proof.checksum" if checksums.verhoeff(compact) else "proof.shape")
            if compact.isdigit() and len(compact) == 12
            else None
        )
    if phrase.startswith(_GERMAN) and len(compact) in _GERMAN_SIZES and digits >= 2 and not compact.isdigit():
        return "proof.shape" if len(value.cells) == 1 else None
    if not 6 <= len(compact) <= 18 or digits < 5 or len(value.cells) > 6:
        return None
    return None if value.sizes == (3, 4) or (value.sizes == (3, 3, 4) and soft) else "proof.shape"


def of_a_telephone(value: Value, phrase: str) -> bool:
    """Whether money is sent to a telephone number, as some services have it: "zelle to 312-555-0148"."""
    return phrase in _ALSO_BY_PHONE and value.sizes in _PHONE_SIZES


def of_a_reference(value: Value, phrase: str) -> bool:
    """Whether a number is longer than passports and licences are, in one cell or in fours as receipts have it."""
    compact = value.compact
    return (
        len(compact) > _LONGEST_IN_DIGITS
        and compact.isdigit()
        and phrase.startswith(_PASSES)
        and (len(value.cells) == 1 or set(value.sizes) == {4})
    )


def _security(value: Value, phrase: str, soft: bool) -> str | None:
    if not value.compact.isdigit() or len(value.compact) not in (3, 4):
        return None
    return "proof.shape" if len(value.cells) == 1 or set(value.sizes) == {1} else None


def _pin(value: Value, phrase: str, soft: bool) -> str | None:
    return "proof.shape" if value.compact.isdigit() and 4 <= len(value.compact) <= 8 and len(value.cells) <= 2 else None


def _birth(value: Value, phrase: str, soft: bool) -> str | None:
    return "birth.date" if value.date and could_be_birth(value.date, party=phrase in _PARTY) else None


PROOFS: Final[dict[str, Proof]] = {
    "US_SSN": _ssn,
    "US_ITIN": _itin,
    "BANK_ACCOUNT": _bank,
    "ROUTING_NUMBER": _routing,
    "MEDICAL_ID": _medical,
    "GOVERNMENT_ID": _government,
    "CARD_SECURITY": _security,
    "CARD_PIN": _pin,
    "DATE_OF_BIRTH": _birth,
}
MOST_CELLS: Final = {"BANK_ACCOUNT": _MOST_CELLS, "GOVERNMENT_ID": 6}
"""In how many cells such a number may stand; the proofs refuse more."""
ORDER: Final = (
    "US_SSN",
    "US_ITIN",
    "ROUTING_NUMBER",
    "DATE_OF_BIRTH",
    "MEDICAL_ID",
    "GOVERNMENT_ID",
    "BANK_ACCOUNT",
    "CARD_SECURITY",
    "CARD_PIN",
)
