"""A labelled message, and what somebody predicted for it: the format of `shared/detect/README.md`."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Direction = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Span:
    """Code points `start` to `end` (exclusive) of a text. Fragments with the same `group` are one value.

    A span to be ignored has no type when it is ignored for every type.
    """

    type: str
    start: int
    end: int
    group: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One message, or the messages of one sender joined by line breaks, with what is to be found in it."""

    id: str
    text: str
    direction: Direction
    parts: tuple[str, ...]  # always at least one; text == "\n".join(parts)
    labels: tuple[Span, ...] = ()
    intents: frozenset[str] = frozenset()
    ignore: tuple[Span, ...] = ()
    ignore_intents: frozenset[str] = frozenset()
    category: str = ""

    @property
    def benign(self) -> bool:
        """Nothing is to be found here, and nothing is a matter of opinion."""
        return not (self.labels or self.intents or self.ignore)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a detector said about one item."""

    labels: tuple[Span, ...] = ()
    intents: frozenset[str] = frozenset()


def spans_of(rows: Iterable[dict[str, Any]]) -> tuple[Span, ...]:
    """Spans from their JSON form."""
    return tuple(Span(row.get("type", ""), row["start"], row["end"], str(row.get("group", ""))) for row in rows)


def item_of(row: dict[str, Any]) -> Item:
    """An item from its JSON form; KeyError when a field is missing."""
    return Item(
        id=row["id"],
        text=row["text"],
        direction=row["direction"],
        parts=tuple(row.get("parts") or [row["text"]]),
        labels=spans_of(row["labels"]),
        intents=frozenset(row["intents"]),
        ignore=spans_of(row.get("ignore", ())),
        ignore_intents=frozenset(row.get("ignore_intents", ())),
        category=" ".join(row.get("tags", ())),
    )


def read_items(path: Path) -> Iterator[Item]:
    """The items of a file of JSON lines."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield item_of(json.loads(line))
