"""The values a message of `grammar.py` can hold: those to be found, with their label, and those that only look so."""

import random
import string
from collections.abc import Callable

from bench.detection import check_digits, writings
from bench.detection.check_digits import digits, letters
from bench.detection.everyday import EVERYDAY, MESSAGES, read_lists
from bench.detection.grammar import Value, Values

Chance = random.Random

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
MESES = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
WORDS = [
    "Tiger",
    "harbor",
    "Maple",
    "rocket",
    "Bluebird",
    "canyon",
    "Sunny",
    "pepper",
    "Magnet",
    "willow",
    "Falcon",
    "piano",
    "Granite",
    "lemon",
    "Comet",
    "denver",
    "Orchid",
    "hockey",
    "Velvet",
    "marble",
]


def card_in(way: Callable[[str, Chance], str]) -> tuple[str, Value]:
    """A card number written in that way."""
    return "PAYMENT_CARD", lambda chance: way(check_digits.card(chance), chance)


def birth_date(chance: Chance) -> str:
    """A date of birth as Americans, Europeans and forms write it."""
    year, month, day = chance.randint(1936, 2021), chance.randint(1, 12), chance.randint(1, 28)
    name = MONTHS[month - 1]
    slashed = (f"{month}/{day}/{year}", f"{month:02}/{day:02}/{year}", f"{month}/{day}/{year % 100:02}")
    named = (
        f"{name} {day}, {year}",
        f"{name[:3]} {day} {year}",
        f"{day} {name} {year}",
        f"{name.lower()} {day}th {year}",
    )
    other = (
        f"{year}-{month:02}-{day:02}",
        f"{month:02}-{day:02}-{year}",
        f"{day}.{month}.{year}",
        f"{month:02}{day:02}{year}",
    )
    return chance.choice((*slashed, *named, *other))


def password(chance: Chance) -> str:
    """A password as people make them."""
    word, other = chance.sample(WORDS, 2)
    sign, number = chance.choice("!@#$%&*?"), digits(chance, chance.choice((2, 3, 4)))
    mixed = "".join(chance.choices(string.ascii_letters + string.digits, k=8))
    plain = (
        f"{word.capitalize()}{sign}{number}",
        f"{word}{other.capitalize()}{number}{sign}",
        f"{word.lower()}_{number}",
    )
    return chance.choice(
        (
            *plain,
            f"{word.capitalize()}{number}",
            f"{mixed}{sign}7",
            f"{word[:3].capitalize()}0{other[:4]}{sign}{number}",
        )
    )


def api_key(chance: Chance) -> str:
    """A key or token of a shape that services give out. Put together here: no whole one stands in the source."""

    def signs(count: int) -> str:
        return "".join(chance.choices(string.ascii_letters + string.digits, k=count))

    amazon = "AK" + "IA" + "".join(chance.choices(string.ascii_uppercase + "234567", k=16))
    slack = "xo" + "xb-" + digits(chance, 12) + "-" + signs(24)
    others = ("gh" + "p_" + signs(36), "sk" + "_live_" + signs(24), "SG" + "." + signs(22) + "." + signs(43))
    return chance.choice((amazon, slack, *others, "AI" + "za" + signs(35)))


def expiry(chance: Chance) -> str:
    """A card's last month."""
    month, year = chance.randint(1, 12), chance.randint(27, 32)
    usual = f"{month:02}/{year}"
    return chance.choice((usual, usual, f"{month}/{year}", f"{month:02}/20{year}", f"{month:02}-{year}"))


def _run(make: Callable[[Chance], tuple[str, str, str]]) -> Callable[[Chance], str]:
    return lambda chance: "".join(make(chance))


TO_BE_FOUND: dict[str, tuple[str, Value]] = {
    "card": card_in(writings.printed),
    "card.separated": card_in(writings.separated),
    "card.lines": card_in(writings.on_lines),
    "card.messages": card_in(writings.over_messages),
    "card.digits": card_in(writings.in_other_digits),
    "card.letters": card_in(writings.with_letters),
    "card.words": card_in(writings.in_words),
    "card.spanish": card_in(writings.in_spanish),
    "card.half": card_in(writings.half_words),
    "cvv.words": ("CARD_SECURITY", lambda c: writings.in_words(digits(c, 3), c)),
    "expiry": ("CARD_SECURITY", expiry),
    "ssn": ("US_SSN", lambda c: writings.in_parts(check_digits.ssn(c), c)),
    "ssn.run": ("US_SSN", _run(check_digits.ssn)),
    "ssn.words": ("US_SSN", lambda c: writings.in_words(_run(check_digits.ssn)(c), c)),
    "ssn.spanish": ("US_SSN", lambda c: writings.in_spanish(_run(check_digits.ssn)(c), c)),
    "itin": ("US_ITIN", lambda c: writings.in_parts(check_digits.itin(c), c)),
    "itin.run": ("US_ITIN", _run(check_digits.itin)),
    "routing": ("ROUTING_NUMBER", check_digits.routing),
    "sortcode": ("ROUTING_NUMBER", lambda c: writings.in_groups(digits(c, 6), (2, 2), c.choice(("-", "-", " ", "")))),
    "iban": ("IBAN", lambda c: writings.in_groups(check_digits.iban(c), (4,) * 8, c.choice((" ", "")))),
    "iban.odd": (
        "IBAN",
        lambda c: writings.in_groups(check_digits.iban(c), (4,) * 8, c.choice((" ", "-", ""))).lower(),
    ),
    "iban.messages": ("IBAN", lambda c: writings.in_groups(check_digits.iban(c), (12,), "//")),
    "medicare": (
        "MEDICAL_ID",
        lambda c: writings.in_groups(check_digits.medicare(c), (4, 3), c.choice(("-", "", " "))),
    ),
    "nhs": ("MEDICAL_ID", lambda c: writings.spaced(check_digits.nhs(c), c, 3, 3)),
    "password": ("CREDENTIAL", password),
    "key": ("CREDENTIAL", api_key),
    "born": ("DATE_OF_BIRTH", birth_date),
    "nacido": ("DATE_OF_BIRTH", lambda c: f"{c.randint(1, 28)} de {c.choice(MESES)} de {c.randint(1940, 2019)}"),
    "nino": ("GOVERNMENT_ID", lambda c: writings.in_groups(check_digits.nino(c), (2, 2, 2, 2), c.choice((" ", "")))),
    "sin": ("GOVERNMENT_ID", lambda c: writings.spaced(check_digits.social_insurance(c), c, 3, 3)),
    "aadhaar": ("GOVERNMENT_ID", lambda c: writings.spaced(check_digits.aadhaar(c), c, 4, 4)),
    "dni": ("GOVERNMENT_ID", check_digits.dni),
    "nie": ("GOVERNMENT_ID", check_digits.nie),
    "curp": ("GOVERNMENT_ID", check_digits.curp),
}


def of_shape(shapes: list[str]) -> Value:
    """A value of one of the shapes of `messages/shapes.txt`."""

    def draw(chance: Chance) -> str:
        signs = ""
        for sign in chance.choice(shapes):
            if sign == "#":
                signs += chance.choice(string.digits if any(map(str.isdigit, signs)) else "123456789")
            elif sign == "*":
                signs += chance.choice(string.ascii_uppercase + "23456789")
            else:
                signs += letters(chance, 1) if sign == "@" else sign
        return signs

    return draw


def _shaped() -> dict[str, tuple[str, Value]]:
    values = {}
    for heading, shapes in read_lists(MESSAGES / "shapes.txt").items():
        name, _, label = heading.partition(" ")
        values[name] = (label, of_shape(shapes))
    return values


LOOKS_SO: dict[str, Value] = {
    "imei": check_digits.imei,
    "notcard": lambda c: writings.in_groups(check_digits.not_luhn(c), (4,) * 4, c.choice((" ", "", "-"))),
    "promo": lambda c: c.choice(("SAVE", "FALL", "VIP", "SPRING", "TREAT", "HELLO")) + digits(c, 2),
}
VALUES: Values = TO_BE_FOUND | _shaped() | {name: ("", make) for name, make in (LOOKS_SO | EVERYDAY).items()}
