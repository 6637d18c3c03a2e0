"""`python -m bench.scan`: texts through the detectors on one core, and ten kilobytes of hostile text.

The texts are those of `make eval`, in the order of their files and each once a round, called one by one as the product
calls them; loading is left out. Processor time, so that other programs count little. Appends to RESULTS.md.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from bench.detection.items import Item
from bench.detection.sets import own_items
from bench.results import keep, verdict
from compliance.compiled import in_use
from compliance.content_types.classifying import recognize
from compliance.detectors import scan
from compliance.intents import classify

TYPES_GOAL = 20_000  # texts a second of which the type is told
GOAL = 40_000  # texts a second with labels and intents
HOSTILE_GOAL = 20  # milliseconds for ten kilobytes
SIZE = 10_000
ROUNDS = 7

HOSTILE = {
    "digits only": "4",
    "single digits": "4 1 ",
    "cards that fail": "4111 1111 1111 111",
    "digits over lines": "4111\n",
    "one letter": "a",
    "cue words": "card account ssn password ",
    "cues with digits": "account 123456 ",
    "IBAN beginnings": "GB82 ",
    "dashes between": "4-",
    "dates": "12/25 ",
    "amounts": "balance $5 ",
    "number words": "four one ",
    "combining marks": "e\u0301",
    "keycaps": "4\u20e3",
    "results": "a1c 7 ",
    "codes": "your code is 4821 ",
    "a number over lines": "ssn 371\n68",
    "findings in words": "a1c was high ",
    "results on lines": "a1c\n",
    "IBAN beginnings over lines": "\n8 is23",
    "IBANs that fail": "\ngb8 2",
    "filling words": "is 41\n",
    "social security numbers": "123-45-6789 ",
    "taxpayer numbers": "ITIN 921 96 6341",
    "birth dates": "dob 1/1/90 ",
    "sort codes": "sort 20-00-00 12345678 ",
    "debts": "i owe $5 ",
    "control characters": "4\x01",
    "odd signs": "4#",
    "names of secrets after long words": "pw8890\U0001340d\U0001ba28\U0001b89b",
    "syllables of several letters": "\uba24\uc45b",
}


def main() -> None:
    """Measure and keep."""
    items = list(own_items())
    ordinary = [item for item in items if not item.labels]
    how = "compiled" if in_use() else "as they are written"
    holding = f"{len(items) - len(ordinary):,} hold something; the modules {how}."
    lines = [f"{len(items):,} texts of `make eval`, of which {holding}", ""]
    for name, call, texts in (
        ("detectors", _scan, items),
        ("detectors and intents", _both, items),
        ("detectors, texts that hold nothing", _scan, ordinary),
        ("detectors and intents, texts that hold nothing", _both, ordinary),
    ):
        rate = len(texts) / min(_seconds(call, texts) for _ in range(ROUNDS))
        lines.append(f"- {name}: {rate:,.0f} texts a second ({verdict(rate, GOAL)})")
    rate = len(items) / min(_seconds(_type, items) for _ in range(ROUNDS))
    lines.append(f"- types of texts: {rate:,.0f} texts a second ({verdict(rate, TYPES_GOAL)})")
    lines += ["", "| 10 kB of | ms |", "| --- | --- |"]
    for name, piece in HOSTILE.items():
        text = (piece * SIZE)[:SIZE]
        took = min(_seconds(scan, [text]) for _ in range(ROUNDS)) * 1000
        lines.append(f"| {name} | {took:.1f}, {verdict(took, HOSTILE_GOAL, at_most=True)} |")
    keep("scan", "\n".join(lines))


def _scan(item: Item) -> object:
    return scan(item.parts, direction=item.direction)


def _both(item: Item) -> object:
    intents = classify(item.text) if item.direction == "in" else ()
    return scan(item.parts, direction=item.direction), intents


def _type(item: Item) -> object:
    return recognize(item.text)


def _seconds(call: Callable[[Any], object], texts: Sequence[Any]) -> float:
    started = time.process_time()
    for text in texts:
        call(text)
    return time.process_time() - started


if __name__ == "__main__":
    main()
