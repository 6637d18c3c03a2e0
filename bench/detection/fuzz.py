"""`python -m bench.detection.fuzz --seconds 1200 [--seed 1] [--out found.jsonl]`: texts nobody would write.

Texts of our own sets are spliced, repeated, torn, spelled in other letters and filled with signs that are not seen.
What must hold of every text is then looked at:

- nothing raises, neither `scan` nor `mask` nor `classify`, and twice is the same
- places are inside the text, in order and apart; scores are the sums of their reasons
- a text in which everything is masked holds nothing; what is stored of a text holds nothing that must not be stored
- ten kilobytes of it take no more time than `LONGEST_MS`, and the time is in step with the length

A seed makes the same texts each time, in the same order. What breaks a rule is written as a line of JSON, shortened as
long as it still breaks; `tests/compliance/detectors/fuzz_cases.jsonl` holds what was found so far, as a test.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.detection.sets import FILES, WRITTEN_BLIND, own_items
from compliance.detectors import mask, scan
from compliance.detectors.scanning import Direction
from compliance.intents import classify
from compliance.screening.masking import REMOVED, screen

SIZE = 10_000  # characters of a text that is timed
LONGEST_MS = 60.0  # thrice the goal of `bench.scan`: other programs run beside
GROWTH = 6.0  # at most, for four times the length
TIMED_EVERY = 40
LEAST_MS = 5.0  # less is not compared: the clock is coarse

INVISIBLE = "\u200b\u200d\u2060\ufeff\u00ad\ufe0f\u20e3\u0301"
SEPARATORS = (" ", "  ", "-", ".", "/", "*", "_", "\n", "\t", ", ", "\u00a0", "\u2013", " - ", ":", ";", "|", "\x00")
DIGITS = ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
CUES = (
    "card", "visa", "cvv", "exp", "ssn", "social", "routing", "account", "iban", "dob", "born", "password", "pin",
    "code is", "my", "i have", "was", "is", "positive", "a1c", "mg", "salary", "balance", "$", "owe", "passport", "mrn",
    "order", "tracking", "[card ••••1111]", "[secret]", "[", "]", "••••", "no", "not", "#", "@", "http://a.example/?c=",
)  # fmt: skip


def texts(seed: int) -> Iterator[str]:
    """Endlessly, the same for the same seed."""
    rng = random.Random(f"parley fuzz {seed}")  # noqa: S311
    pool = [item.text for item in own_items((*FILES, *WRITTEN_BLIND))]
    while True:
        text = rng.choice(pool)
        for _ in range(rng.randrange(1, 6)):
            text = rng.choice(MUTATIONS)(rng, text, pool)
        yield text[: SIZE // 4]


def _splice(rng: random.Random, text: str, pool: list[str]) -> str:
    other = rng.choice(pool)
    cut, start = rng.randrange(len(text) + 1), rng.randrange(len(other) + 1)
    return text[:cut] + rng.choice(("", " ", "\n")) + other[start:]


def _cue(rng: random.Random, text: str, _pool: list[str]) -> str:
    cut = rng.randrange(len(text) + 1)
    return f"{text[:cut]}{rng.choice(('', ' '))}{rng.choice(CUES)}{rng.choice(('', ' '))}{text[cut:]}"


def _invisible(rng: random.Random, text: str, _pool: list[str]) -> str:
    often = rng.choice((0.05, 0.3, 1.0))
    return "".join(char + rng.choice(INVISIBLE) if rng.random() < often else char for char in text)


def _separated(rng: random.Random, text: str, _pool: list[str]) -> str:
    between, often = rng.choice(SEPARATORS), rng.choice((0.2, 1.0))
    return "".join(char + between if char.isdigit() and rng.random() < often else char for char in text)


def _digits(rng: random.Random, text: str, _pool: list[str]) -> str:
    signs = rng.choice(DIGITS)
    return "".join(signs[int(char)] if char in DIGITS[0] else char for char in text)


def _spelled(rng: random.Random, text: str, _pool: list[str]) -> str:
    between = rng.choice((" ", "-", ""))
    return "".join(f"{WORDS[int(char)]}{between}" if char in DIGITS[0] else char for char in text)


def _other_digit(rng: random.Random, text: str, _pool: list[str]) -> str:
    places = [place for place, char in enumerate(text) if char in DIGITS[0]]
    if not places:
        return text
    place = rng.choice(places)
    return text[:place] + rng.choice(DIGITS[0]) + text[place + 1 :]


def _torn(rng: random.Random, text: str, _pool: list[str]) -> str:
    first, last = sorted((rng.randrange(len(text) + 1), rng.randrange(len(text) + 1)))
    return text[:first] + text[last:]


def _piece(rng: random.Random, text: str, _pool: list[str]) -> str:
    first = rng.randrange(len(text) + 1)
    return text[first : first + rng.randrange(1, 40)] * rng.randrange(1, 12)


def _any(rng: random.Random, text: str, _pool: list[str]) -> str:
    cut = rng.randrange(len(text) + 1)
    highest = rng.choice((0x7F, 0x2FF, 0x2FFF, 0x1FFFF))
    return text[:cut] + "".join(chr(rng.randrange(1, highest)) for _ in range(rng.randrange(1, 5))) + text[cut:]


def _case(rng: random.Random, text: str, _pool: list[str]) -> str:
    return "".join(rng.choice((char.upper(), char.lower())) for char in text)


MUTATIONS = (
    _splice, _splice, _cue, _cue, _cue, _invisible, _separated, _separated, _digits, _spelled, _other_digit, _torn,
    _torn, _piece, _any, _case,
)  # fmt: skip


def wrong_with(text: str) -> str:
    """The rule that a text breaks, "" for none."""
    return (
        _wrong_in(text, "in") or _wrong_in(text, "out") or _wrong_stored(text) or _not_twice(classify, text, "intents")
    )


def _not_twice(call: Callable[[str], object], text: str, what: str) -> str:
    return "" if call(text) == call(text) else f"{what}: not the same twice"


def _wrong_in(text: str, direction: Direction) -> str:
    found, last = scan(text, direction=direction), 0
    for one in found:
        if not last <= one.start < one.end <= len(text):
            return "places"
        if abs(one.score - sum(reason.weight for reason in one.reasons)) > 1e-9 or not one.masked:
            return "score"
        last = one.end
    masked = mask(text, found, direction=direction)
    return f"masked, and still something ({direction})" if scan(masked, direction=direction) else ""


def _wrong_stored(text: str) -> str:
    """Whether what is stored of the text, or of its two halves one after the other, holds what must not be stored."""
    middle = len(text) // 2
    first, second = text[:middle], text[middle:]
    screened = screen(second, [first])
    if any(one.type in REMOVED for one in scan(screen(text).body)):
        return "stored what must not be"
    # A number that only a word of the text before makes suspicious stays amid a sentence: `screen` itself is asked.
    again = screen(screened.body, [dict(screened.earlier).get(0, first)])
    if again.earlier or any(one.removed for one in again.found):
        return "stored what must not be, in two texts"
    return ""


def slow_with(text: str) -> str:
    """Whether a text that repeats this one takes too long, "" if not. Measured again before it is said."""
    long = (text * (SIZE // max(len(text), 1) + 1))[:SIZE]
    for _ in range(3):
        took = _ms(scan, long) + _ms(classify, long)
        shorter = _ms(scan, long[: SIZE // 4]) + _ms(classify, long[: SIZE // 4])
        if took <= LONGEST_MS and took <= GROWTH * max(shorter, LEAST_MS):
            return ""
    return f"{took:.0f} ms for ten kilobytes, {shorter:.0f} for a quarter"


def checked(text: str, rule: Callable[[str], str]) -> str:
    """What the rule says, and any error as one more thing that is wrong."""
    try:
        return rule(text)
    except Exception as error:
        return f"raised {type(error).__name__}"


def shortened(text: str, rule: Callable[[str], str]) -> str:
    """The text without all that it can lose and still be wrong."""
    step = max(len(text) // 2, 1)
    while step:
        place = 0
        while place < len(text):
            shorter = text[:place] + text[place + step :]
            if shorter and checked(shorter, rule):
                text = shorter
            else:
                place += step
        step //= 2
    return text


def main() -> None:
    """Look for so many seconds of processor time; exit 1 when something was found."""
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("--seconds", type=float, default=60.0)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--out", type=Path)
    wanted = ask.parse_args()
    seen: dict[str, int] = {}
    tried = 0
    for number, text in enumerate(texts(wanted.seed)):
        if time.process_time() > wanted.seconds:
            break
        tried = number + 1
        rules = [wrong_with] if number % TIMED_EVERY else [wrong_with, slow_with]
        for rule in rules:
            wrong = checked(text, rule)
            kind = wrong if rule is wrong_with else "slow"
            if wrong and seen.setdefault(kind, 0) < 25:
                seen[kind] += 1
                case = {"wrong": wrong, "text": shortened(text, rule) if rule is wrong_with else text}
                line = json.dumps(case)
                print(line, flush=True)
                if wanted.out:
                    with wanted.out.open("a", encoding="utf-8") as file:
                        file.write(line + "\n")
    print(f"{tried:,} texts, seed {wanted.seed}: {sum(seen.values())} broke a rule {seen or ''}", file=sys.stderr)
    sys.exit(1 if seen else 0)


def _ms(call: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    call(text)
    return (time.process_time() - started) * 1000


if __name__ == "__main__":
    main()
