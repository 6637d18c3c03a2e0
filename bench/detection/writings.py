"""The ways people write a long number: with spaces, in words, over several messages. `//` begins a new message."""

import random
from collections.abc import Sequence

ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SPANISH = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
MATHEMATICAL = tuple(
    str.maketrans("0123456789", "".join(chr(first + n) for n in range(10))) for first in (0x1D7CE, 0x1D7EC)
)
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
KEYCAP = "\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}"
NO_BREAK, THIN, ZERO_WIDTH = "\N{NO-BREAK SPACE}", "\N{THIN SPACE}", "\N{ZERO WIDTH SPACE}"


def in_groups(number: str, sizes: Sequence[int], between: str) -> str:
    """The number in groups of those sizes; what is left over is the last group."""
    groups, place = [], 0
    for size in sizes:
        groups.append(number[place : place + size])
        place += size
    groups.append(number[place:])
    return between.join(group for group in groups if group)


def card_sizes(number: str) -> tuple[int, ...]:
    """How a card's number is printed: 4-6-5 for fifteen digits, 4-6-4 for fourteen, else fours."""
    return {15: (4, 6, 5), 14: (4, 6, 4)}.get(len(number), (4,) * 5)


def printed(number: str, chance: random.Random) -> str:
    """As on the card or in one run: what most people text."""
    return in_groups(number, card_sizes(number), chance.choice((" ", " ", " ", "-", "", "", "")))


def separated(number: str, chance: random.Random) -> str:
    """With less usual signs between the groups, in groups of other sizes, or each digit apart."""
    between = chance.choice((".", "/", "_", " - ", "  ", ", ", "–", NO_BREAK, THIN, " . ", "|", "*"))
    sizes = chance.choice((card_sizes(number), card_sizes(number), (8,), (2,) * 9, (3,) * 6, (6,), (4, 4)))
    if chance.random() < 0.25:
        sizes, between = (1,) * 19, chance.choice((" ", "-", ".", ", "))
    return in_groups(number, sizes, between)


def on_lines(number: str, chance: random.Random) -> str:
    """Line breaks within one message."""
    return in_groups(number, chance.choice((card_sizes(number), (8,))), "\n")


def over_messages(number: str, chance: random.Random) -> str:
    """Cut into two to four messages."""
    sizes = chance.choice((card_sizes(number), (8,), (4, 4), (12,), (6, 6)))
    return in_groups(number, sizes, "//")


def in_other_digits(number: str, chance: random.Random) -> str:
    """Full-width, keycap, mathematical or Arabic digits, or marks of no width between the digits."""
    grouped = in_groups(number, card_sizes(number), chance.choice((" ", " ", "-", "")))
    way = chance.randrange(5)
    if way == 0:
        return "".join(sign + KEYCAP if sign.isdigit() else sign for sign in grouped)
    if way == 1:
        return grouped.translate(chance.choice(MATHEMATICAL))
    if way == 2:
        return ZERO_WIDTH.join(number)
    return grouped.translate(ARABIC if way == 3 and chance.random() < 0.3 else FULL_WIDTH)


def with_letters(number: str, chance: random.Random) -> str:
    """O for 0, l or I for 1."""
    swapped = number.replace("0", chance.choice("Oo")) if "0" in number else number.replace("1", chance.choice("lI"))
    return in_groups(swapped, card_sizes(number), chance.choice((" ", "-", "")))


def in_words(number: str, chance: random.Random, words: Sequence[str] = ENGLISH) -> str:
    """Each digit a word; in English sometimes "oh" for zero and "double four"."""
    spoken = [words[int(sign)] for sign in number]
    if words is ENGLISH and chance.random() < 0.3:
        spoken = ["oh" if word == "zero" else word for word in spoken]
    if words is ENGLISH and chance.random() < 0.3:
        spoken = _doubled(spoken)
    text = chance.choice((" ", " ", " ", ", ", "-")).join(spoken)
    return text.capitalize() if chance.random() < 0.3 else text


def _doubled(words: Sequence[str]) -> list[str]:
    told: list[str] = []
    for word in words:
        if told and told[-1] == word:
            told[-1] = f"double {word}"
        else:
            told.append(word)
    return told


def in_spanish(number: str, chance: random.Random) -> str:
    """Each digit a Spanish word."""
    return in_words(number, chance, SPANISH)


def half_words(number: str, chance: random.Random) -> str:
    """Some groups in digits, some in words."""
    groups = in_groups(number, card_sizes(number), " ").split(" ")
    spoken = chance.randrange(len(groups))
    return " ".join(in_words(group, chance) if place == spoken else group for place, group in enumerate(groups))


def in_parts(parts: Sequence[str], chance: random.Random) -> str:
    """A number of fixed parts (SSN, ITIN): mostly with dashes, else as people do."""
    joined = ("-",) * 6 + (" ", " ", ".", "–", " - ", "/", "_", "//")
    between = chance.choice(joined)
    if chance.random() < 0.1:
        return in_other_digits_short("-".join(parts), chance)
    return between.join(parts)


def in_other_digits_short(text: str, chance: random.Random) -> str:
    """The same number with digits of another kind."""
    return text.translate(chance.choice((FULL_WIDTH, *MATHEMATICAL)))


def spaced(number: str, chance: random.Random, *sizes: int) -> str:
    """In one run, or in groups with spaces or dashes."""
    return in_groups(number, sizes, chance.choice(("", " ", " ", "-")))
