"""A small language to write many messages in few lines, with what is to be found in them.

    @ category/name direction count [INTENT ...]    a section: how many different messages to draw from its lines
    (a|b|c)      one of these; nests; an empty one is allowed        [a]   a, or nothing
    {card}       a random value of that kind (`values.py`), labelled when the kind is one to be found
    <TYPE:...>   this is to be found, as TYPE                         <:...>  this is a matter of opinion: ignored
    //           a new message of the same sender                    ¶  a line break within the message
    #            a line of comment
    \\           before one of these signs: the sign itself

Each line of a section is drawn in turn, so that all are used as often. `count` may be `all`: each line once. Drawing is
deterministic: the same file and seed give the same messages.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import cast

from bench.detection.items import Direction, Item, Span

SPECIAL = re.compile(r"\\(.)|([(){}\[\]|<>¶])|(\s*//\s*)", re.DOTALL)
TRIES = 40  # how often a line is drawn anew when it gives what it gave before

Value = Callable[[random.Random], str]
Values = Mapping[str, tuple[str, Value]]  # kind of value: its label, or "" when it is nothing to be found


@dataclass(slots=True)
class Section:
    """Lines of one kind and how many messages are drawn from them (0: each line once)."""

    category: str
    direction: Direction
    count: int
    intents: frozenset[str]
    lines: list[str] = field(default_factory=list)


def read_sections(text: str) -> list[Section]:
    """The sections of a file; ValueError for a line outside of one."""
    sections: list[Section] = []
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("@"):
            category, direction, count, *intents = line[1:].split()
            number = 0 if count == "all" else int(count)
            sections.append(Section(category, cast(Direction, direction), number, frozenset(intents)))
        elif line and not line.startswith("#"):
            if not sections:
                raise ValueError(f"Before the first section: {line}")
            sections[-1].lines.append(line)
    return sections


def draw_items(section: Section, values: Values, seen: set[str], seed: str) -> Iterator[Item]:
    """The section's messages, none of them in `seen`, to which they are added; lines that give nothing new end."""
    chance = random.Random(f"{seed} {section.category}")  # noqa: S311 -- the same messages each time
    wanted = section.count or len(section.lines)
    drawn = 0
    lines = list(section.lines)
    while lines and drawn < wanted:
        for line in list(lines):
            if drawn == wanted:
                break
            item = _draw_new(line, section, values, chance, seen)
            if item is None:
                lines.remove(line)
                continue
            drawn += 1
            yield item
        if not section.count:
            break


def _draw_new(line: str, section: Section, values: Values, chance: random.Random, seen: set[str]) -> Item | None:
    """The name of what comes tells its section and its line."""
    for _ in range(TRIES):
        drawing = Drawing(line, values, chance)
        if drawing.text not in seen:
            seen.add(drawing.text)
            return drawing.item(f"{section.category}.{section.lines.index(line)}-{len(seen)}", section)
    return None


class Drawing:
    """One message drawn from one line."""

    def __init__(self, line: str, values: Values, chance: random.Random) -> None:
        self._line, self._values, self._chance = line, values, chance
        self._signs: list[str] = []
        self._spans: list[Span] = []
        self._breaks: list[int] = []
        self._place = self._inside = 0
        self._sequence("", writing=True)
        if self._place != len(line):
            raise ValueError(f"Something closes that was not opened, at {self._place}: {line}")
        self.text = "".join(self._signs)

    def item(self, name: str, section: Section) -> Item:
        """The message with its labels; those over several messages are cut where the messages are."""
        pieces = [piece for span in self._spans for piece in self._cut(span)]
        labels = tuple(sorted((span for span in pieces if span.type), key=lambda span: span.start))
        ignore = [span for span in pieces if not span.type]
        if "SENSITIVE_REQUEST" in section.intents:  # what is asked for is not yet told
            ignore += [Span(kind, 0, len(self.text)) for kind in ("HEALTH_INFO", "FINANCIAL_INFO")]
        grey = {"CARD_OFFER"} if any(span.type == "PAYMENT_CARD" for span in labels) else set()
        return Item(
            id=name,
            text=self.text,
            direction=section.direction,
            parts=self._parts(),
            labels=labels,
            intents=section.intents - grey,
            ignore=tuple(ignore),
            ignore_intents=frozenset(grey),
            category=section.category,
        )

    def _cut(self, span: Span) -> list[Span]:
        inside = [place for place in self._breaks if span.start < place < span.end]
        if not inside:
            return [span]
        edges = [span.start, *(edge for place in inside for edge in (place, place + 1)), span.end]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return [Span(span.type, start, end, f"{span.type}{span.start}") for start, end in pairs]

    def _parts(self) -> tuple[str, ...]:
        edges = [-1, *self._breaks, len(self.text)]
        return tuple(self.text[start + 1 : end] for start, end in pairwise(edges))

    def _write(self, text: str, *, writing: bool) -> None:
        if writing:
            self._signs.extend(text)

    def _sequence(self, ends: str, *, writing: bool) -> str:
        """Read to one of `ends` or the end of the line; that sign."""
        while found := SPECIAL.search(self._line, self._place):
            self._write(self._line[self._place : found.start()], writing=writing)
            self._place = found.end()
            quoted, sign, part = found.groups()
            if quoted:
                self._write(quoted, writing=writing)
            elif part:
                self._break(writing=writing)
            elif sign in ends:
                return str(sign)
            else:
                self._open(sign, writing=writing)
        self._write(self._line[self._place :], writing=writing)
        self._place = len(self._line)
        if ends:
            raise ValueError(f"Nothing closes with one of {ends}: {self._line}")
        return ""

    def _break(self, *, writing: bool) -> None:
        if writing:
            self._breaks.append(len(self._signs))
        self._write("\n", writing=writing)

    def _open(self, sign: str, *, writing: bool) -> None:
        if sign == "(":
            self._choice(writing=writing)
        elif sign == "[":
            self._sequence("]", writing=writing and self._chance.random() < 0.5)
        elif sign == "{":
            self._value(writing=writing)
        elif sign == "<":
            self._label(writing=writing)
        elif sign == "¶":
            self._write("\n", writing=writing)
        else:
            raise ValueError(f"What does {sign} mean at {self._place}: {self._line}")

    def _choice(self, *, writing: bool) -> None:
        """Write one of the branches: count them first, then go through them again."""
        start = self._place
        count = 1
        while self._sequence("|)", writing=False) == "|":
            count += 1
        chosen = self._chance.randrange(count)
        self._place = start
        for number in range(count):
            self._sequence("|)", writing=writing and number == chosen)

    def _value(self, *, writing: bool) -> None:
        end = self._line.index("}", self._place)
        name = self._line[self._place : end]
        self._place = end + 1
        kind, make = self._values[name]
        if not writing:
            return
        start = len(self._signs)
        for number, part in enumerate(make(self._chance).split("//")):
            if number:
                self._break(writing=True)
            self._write(part, writing=True)
        if kind and not self._inside:
            self._spans.append(Span(kind, start, len(self._signs)))

    def _label(self, *, writing: bool) -> None:
        colon = self._line.index(":", self._place)
        kind = self._line[self._place : colon]
        self._place = colon + 1
        start = len(self._signs)
        self._inside += 1  # the label around a value counts, not the value's own
        self._sequence(">", writing=writing)
        self._inside -= 1
        if writing:
            self._spans.append(Span(kind, start, len(self._signs)))
