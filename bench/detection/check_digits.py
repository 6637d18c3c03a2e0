"""Random numbers that prove right: check digits, ranges and shapes of the kinds of numbers people text."""

import random
import string

DIGITS, LETTERS = string.digits, string.ascii_uppercase


def digits(chance: random.Random, count: int) -> str:
    """That many digits, the first not 0."""
    return chance.choice("123456789") + "".join(chance.choices(DIGITS, k=count - 1)) if count else ""


def letters(chance: random.Random, count: int) -> str:
    """That many capital letters."""
    return "".join(chance.choices(LETTERS, k=count))


def luhn_digit(body: str) -> str:
    """The last digit that makes the number Luhn-valid (ISO/IEC 7812-1)."""
    total = 0
    for place, sign in enumerate(reversed(body)):
        value = int(sign) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


CARD_KINDS = (
    ("4", 16), ("4", 16), ("4", 16), ("51", 16), ("52", 16), ("53", 16), ("54", 16), ("55", 16), ("2221", 16),
    ("2550", 16), ("34", 15), ("37", 15), ("37", 15), ("6011", 16), ("644", 16), ("65", 16), ("36", 14), ("305", 14),
    ("3528", 16), ("3589", 16), ("6221", 16), ("5018", 16), ("6304", 18), ("4", 19),
)  # fmt: skip


def card(chance: random.Random, kinds: tuple[tuple[str, int], ...] = CARD_KINDS) -> str:
    """A card number of a known issuer's range, Luhn-valid."""
    prefix, length = chance.choice(kinds)
    body = prefix + "".join(chance.choices(DIGITS, k=length - len(prefix) - 1))
    return body + luhn_digit(body)


def not_luhn(chance: random.Random) -> str:
    """Sixteen digits like a card's, with a wrong check digit."""
    number = card(chance, (("4", 16), ("53", 16)))
    return number[:-1] + str((int(number[-1]) + chance.randint(1, 9)) % 10)


def ssn(chance: random.Random) -> tuple[str, str, str]:
    """Area, group and serial of a social security number of valid range."""
    area = chance.choice([number for number in range(1, 900) if number != 666])
    return f"{area:03}", f"{chance.randint(1, 99):02}", f"{chance.randint(1, 9999):04}"


def itin(chance: random.Random) -> tuple[str, str, str]:
    """The parts of a taxpayer number: 9xx with a group the IRS gives out."""
    group = chance.choice([*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)])
    return f"9{chance.randint(0, 99):02}", f"{group:02}", f"{chance.randint(1, 9999):04}"


def routing(chance: random.Random) -> str:
    """An ABA routing number: district 01-12 or 21-32, weights 3, 7, 1."""
    district = chance.choice([*range(1, 13), *range(21, 33)])
    body = f"{district:02}" + "".join(chance.choices(DIGITS, k=6))
    total = sum(int(sign) * weight for sign, weight in zip(body, (3, 7, 1, 3, 7, 1, 3, 7), strict=True))
    return body + str(-total % 10)


# Letters (a) and digits (n) after the check digits; not every country's, but those people text.
IBAN_SHAPES = {
    "AT": "n" * 16, "BE": "n" * 12, "CH": "n" * 17, "DE": "n" * 18, "ES": "n" * 20, "FR": "n" * 10 + "a" + "n" * 12,
    "GB": "aaaa" + "n" * 14, "IE": "aaaa" + "n" * 14, "IT": "a" + "n" * 22, "NL": "aaaa" + "n" * 10, "PL": "n" * 24,
    "PT": "n" * 21, "SE": "n" * 20,
}  # fmt: skip


def iban(chance: random.Random) -> str:
    """An IBAN without spaces, right by ISO 7064 mod 97."""
    country = chance.choice(sorted(IBAN_SHAPES))
    body = "".join(chance.choice(LETTERS if sign == "a" else DIGITS) for sign in IBAN_SHAPES[country])
    number = "".join(str(int(sign, 36)) for sign in f"{body}{country}00")
    return f"{country}{98 - int(number) % 97:02}{body}"


def nhs(chance: random.Random) -> str:
    """An NHS number: ten digits, mod 11."""
    while True:
        body = digits(chance, 9)
        check = 11 - sum(int(sign) * weight for sign, weight in zip(body, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return body + str(check % 11)


MBI_LETTERS = "ACDEFGHJKMNPQRTUVWXY"


def medicare(chance: random.Random) -> str:
    """A Medicare beneficiary identifier: eleven signs, C A AN N A AN N A A N N."""
    signs = MBI_LETTERS + DIGITS
    pick = {"C": "123456789", "A": MBI_LETTERS, "N": DIGITS, "X": signs}
    return "".join(chance.choice(pick[place]) for place in "CAXNAXNAANN")


VERHOEFF_D = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7], [4, 0, 1, 2, 3, 9, 5, 6, 7, 8], [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3], [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
]  # fmt: skip
VERHOEFF_P = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def aadhaar(chance: random.Random) -> str:
    """A twelve-digit Aadhaar number, right by Verhoeff's check."""
    body = chance.choice("23456789") + "".join(chance.choices(DIGITS, k=10))
    for check in DIGITS:
        state = 0
        for place, sign in enumerate(reversed(body + check)):
            value = int(sign)
            for _ in range(place % 8):
                value = VERHOEFF_P[value]
            state = VERHOEFF_D[state][value]
        if state == 0:
            return body + check
    raise AssertionError("one of ten check digits is right")


def social_insurance(chance: random.Random) -> str:
    """A Canadian SIN: nine digits, Luhn-valid."""
    body = chance.choice("1234567") + "".join(chance.choices(DIGITS, k=7))
    return body + luhn_digit(body)


DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def dni(chance: random.Random) -> str:
    """A Spanish DNI."""
    number = int(digits(chance, 8))
    return f"{number:08}{DNI_LETTERS[number % 23]}"


def nie(chance: random.Random) -> str:
    """A Spanish NIE."""
    first, body = chance.choice("XYZ"), "".join(chance.choices(DIGITS, k=7))
    return f"{first}{body}{DNI_LETTERS[int('XYZ'.index(first) * 10**7 + int(body)) % 23]}"


def nino(chance: random.Random) -> str:
    """A UK national insurance number, without spaces."""
    prefixes = [a + b for a in "ABCEGHJKLMNPRSTWXYZ" for b in "ABCEGHJKLMNPRSTWXYZ"]
    prefix = chance.choice([p for p in prefixes if p not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}])
    return f"{prefix}{''.join(chance.choices(DIGITS, k=6))}{chance.choice('ABCD')}"


def curp(chance: random.Random) -> str:
    """A Mexican CURP, with its check digit."""
    signs = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
    consonants = "BCDFGHJKLMNPQRSTVWXYZ"
    born = f"{chance.randint(50, 99)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    state = chance.choice(("DF", "JC", "NL", "MC", "PL", "GT", "VZ"))
    name = chance.choice(consonants) + chance.choice("AEIOU") + "".join(chance.choices(consonants, k=2))
    inner = "".join(chance.choices(consonants, k=3))
    body = f"{name}{born}{chance.choice('HM')}{state}{inner}0"
    total = sum(signs.index(sign) * (18 - place) for place, sign in enumerate(body))
    return body + str(-total % 10)


def imei(chance: random.Random) -> str:
    """A telephone's IMEI: fifteen digits, Luhn-valid as a card is."""
    body = "35" + "".join(chance.choices(DIGITS, k=12))
    return body + luhn_digit(body)
