"""Proofs that a row of digits or letters is what it looks like. Each function names the rule it follows.

Written here rather than taken from a library: each is a few lines, runs on text that is folded already, and is called
for every run of digits in every text.
"""

from typing import Final

_VERHOEFF_MULTIPLY: Final = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_VERHOEFF_PERMUTE: Final = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip
_LETTERS_AS_NUMBERS: Final = {ord(letter): str(int(letter, 36)) for letter in "abcdefghijklmnopqrstuvwxyz"}
_DNI_LETTERS: Final = "trwagmyfpdxbnjzsqvhlcke"
_CURP_ORDER: Final = "0123456789abcdefghijklmnñopqrstuvwxyz"
_VALUES: Final = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED: Final = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1: cards, Canadian SIN."""
    backwards = digits.encode()[::-1]
    return (sum(backwards[::2].translate(_VALUES)) + sum(backwards[1::2].translate(_DOUBLED))) % 10 == 0


def aba(digits: str) -> bool:
    """American Bankers Association routing number: 9 digits, Federal Reserve district and weights 3, 7, 1."""
    if len(digits) != 9 or not digits.isdigit():
        return False
    district = int(digits[:2])
    if not (district <= 12 or 21 <= district <= 32 or 61 <= district <= 72 or district == 80):
        return False
    return (
        sum(int(digit) * factor for digit, factor in zip(digits, (3, 7, 1) * 3, strict=True)) % 10 == 0
        and int(digits) > 0
    )


def iban(compact: str) -> bool:
    """ISO 13616 check digits of a compact lower-case IBAN (length is the caller's). Letters are those of ASCII."""
    if not compact.isascii():
        return False
    moved = compact[4:] + compact[:4]
    return int(moved.translate(_LETTERS_AS_NUMBERS)) % 97 == 1


def nhs(digits: str) -> bool:
    """NHS number of England and Wales: modulus 11, ten digits, not all alike."""
    if len(digits) != 10 or len(set(digits)) == 1:
        return False
    check = 11 - sum(int(digit) * factor for digit, factor in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    return check != 10 and check % 11 == int(digits[9])


def verhoeff(digits: str) -> bool:
    """Verhoeff's scheme (Aadhaar, 12 digits)."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = int(_VERHOEFF_MULTIPLY[check][int(_VERHOEFF_PERMUTE[place % 8][int(digit)])])
    return check == 0


def dni(compact: str) -> bool:
    """Spanish DNI (8 digits, letter) or NIE (X, Y or Z, 7 digits, letter), lower case."""
    number = compact[:-1].translate({ord("x"): "0", ord("y"): "1", ord("z"): "2"})
    return number.isdigit() and _DNI_LETTERS[int(number) % 23] == compact[-1]


def curp(compact: str) -> bool:
    """Mexican CURP: the last of 18 characters checks the others, lower case."""
    if any(char not in _CURP_ORDER for char in compact) or not compact[-1].isdigit():
        return False
    total = sum(_CURP_ORDER.index(char) * (18 - place) for place, char in enumerate(compact[:17]))
    return (10 - total % 10) % 10 == int(compact[-1])


def ssn(digits: str) -> bool:
    """A social security number the Social Security Administration may have given (area, group, serial not zero)."""
    return (
        len(digits) == 9
        and digits[0] != "9"
        and digits[:3] not in ("000", "666")
        and digits[3:5] != "00"
        and digits[5:] != "0000"
    )


def itin(digits: str) -> bool:
    """An individual taxpayer number: 9, and a group the IRS gives (50-65, 70-88, 90-92, 94-99)."""
    if len(digits) != 9 or digits[0] != "9":
        return False
    group = int(digits[3:5])
    return 50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99
