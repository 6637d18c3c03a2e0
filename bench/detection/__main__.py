"""`make eval`: how well our detectors and intents do on the labelled sets, and Presidio beside them.

ARGS: `--mistakes CATEGORY` prints the messages of our sets in which something was missed or wrong.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from bench.detection.contestants import Run, run_ours, run_presidio
from bench.detection.items import Item, read_items
from bench.detection.scoring import NOTHING, count_labels
from bench.detection.sets import BY_HAND, JUDGE, WRITTEN_BLIND, own_items
from bench.detection.tables import categories, table

DEV = Path(__file__).resolve().parents[3] / "shared" / "detect" / "dev.jsonl"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="make eval", description=__doc__)
    parser.add_argument("--mistakes", metavar="CATEGORY", help="begin of a category; print what is not as labelled")
    parser.add_argument("--dev", type=Path, default=DEV, help="a file of labelled items as JSON lines")
    arguments = parser.parse_args()
    asked, dev = arguments.mistakes, arguments.dev
    sets: dict[str, list[Item]] = {"our own sets": list(own_items()), "written blind": list(own_items(WRITTEN_BLIND))}
    sets |= {name: list(read_items(path)) for name, path in BY_HAND.items()}
    if asked is None:  # whoever sees its mistakes spends it
        sets["twenty-first, the judge"] = list(read_items(JUDGE))
    if dev.exists():
        sets = {dev.name: list(read_items(dev))} | sets
    else:
        print(f"There is no {dev.name} in ../shared/detect: our own sets only.\n")
    for name, items in sets.items():
        ours = run_ours(items)
        if asked is not None:
            print_mistakes(items, ours, asked)
            continue
        print(table(name, items, [ours, *run_presidio(items)]))
        print(categories(items, ours))


def print_mistakes(items: Sequence[Item], run: Run, category: str) -> None:
    """The messages of a category with what was missed (-) and what was wrong (+)."""
    for item in items:
        said = run.predictions.get(item.id, NOTHING)
        counts = count_labels(item, said.labels).values()
        intents_differ = (item.intents ^ said.intents) - item.ignore_intents
        if not item.category.startswith(category) or not (
            any(c.found < c.gold or c.wrong for c in counts) or intents_differ
        ):
            continue
        gold = {(span.type, item.text[span.start : span.end]) for span in item.labels}
        found = {(span.type, item.text[span.start : span.end]) for span in said.labels}
        marks = [f"-{kind} {text!r}" for kind, text in sorted(gold - found)]
        marks += [f"+{kind} {text!r}" for kind, text in sorted(found - gold)]
        marks += [f"{'-' if name in item.intents else '+'}{name}" for name in sorted(intents_differ)]
        print(f"{item.category} {item.direction} {item.text!r}  {'  '.join(marks)}")


if __name__ == "__main__":
    main()
