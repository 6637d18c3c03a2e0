"""Values of everyday messages: names and things from `messages/words.txt`, times, prices, telephone numbers."""

import random
from pathlib import Path

from bench.detection.grammar import Value

Chance = random.Random
MESSAGES = Path(__file__).parent / "messages"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
AREAS = ("212", "415", "503", "617", "720", "804")
PHONES = ("{}-555-{}", "({}) 555-{}", "{}.555.{}", "+1{}555{}", "{} 555 {}", "+1 {} 555 {}", "{}555{}")


def read_lists(path: Path) -> dict[str, list[str]]:
    """The lists of a file: by name, the entries between commas."""
    rows = [line.split(":", 1) for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    return {kind.strip(): [entry.strip() for entry in entries.split(", ")] for kind, entries in rows}


def phone(chance: Chance) -> str:
    """A telephone number: those of the United States kept for fiction (555-01xx), or of Britain (Ofcom's)."""
    if chance.random() < 0.1:
        return f"07700 900{chance.randint(0, 999):03}"
    return chance.choice(PHONES).format(chance.choice(AREAS), f"01{chance.randint(0, 99):02}")


def date(chance: Chance) -> str:
    """A day of this year."""
    month, day = chance.randint(1, 12), chance.randint(1, 28)
    name = MONTHS[month - 1]
    american = (f"{month}/{day}", f"{month}/{day}/26", f"{month:02}/{day:02}/2026", f"{name} {day}", f"{name} {day}th")
    return chance.choice((*american, f"{day} {name}", f"2026-{month:02}-{day:02}"))


def clock(chance: Chance) -> str:
    """A time of day."""
    hour, minute = chance.randint(1, 12), chance.choice((0, 0, 15, 30, 45))
    half = chance.choice(("am", "pm", "AM", "PM", " am", " pm"))
    return chance.choice(
        (f"{hour}:{minute:02}{half}", f"{hour}{half}", f"{hour}:{minute:02}", f"{hour + 7:02}:{minute:02}")
    )


def price(chance: Chance) -> str:
    """What something costs."""
    whole = chance.choice((chance.randint(3, 60), chance.randint(60, 900)))
    return chance.choice(
        (f"${whole}", f"${whole}.{chance.randint(0, 99):02}", f"${whole}", f"{whole} dollars", f"${whole}.99")
    )


def link(chance: Chance) -> str:
    """A short link."""
    path = "".join(chance.choices("abcdefghjkmnpqrstuvwxyzABCDEFGH23456789", k=6))
    return (
        chance.choice(("https://txt.example/", "go.example/", "https://example.com/p/", "https://pay.example/")) + path
    )


def _one_of(words: list[str]) -> Value:
    return lambda chance: chance.choice(words)


_WORDS = read_lists(MESSAGES / "words.txt")
EVERYDAY: dict[str, Value] = {
    **{kind: _one_of(words) for kind, words in _WORDS.items()},
    "phone": phone,
    "date": date,
    "time": clock,
    "price": price,
    "link": link,
    "street": lambda c: f"{c.randint(2, 9800)} {c.choice(_WORDS['oak'])} {c.choice(('St', 'Ave', 'Rd', 'Ln', 'Blvd'))}",
    "n": lambda c: str(c.randint(2, 12)),
    "nn": lambda c: str(c.randint(13, 99)),
    "nnn": lambda c: str(c.randint(100, 999)),
}
