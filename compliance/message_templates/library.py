"""The templates that ship with Parley, from which an organization copies: `data/library.json`, with a version."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from compliance.content_types.kinds import ContentType


@dataclass(frozen=True)
class Example:
    """One of them. `bodies`: by language; English first."""

    key: str
    type: ContentType
    name: str
    shortcut: str
    bodies: dict[str, str]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.bodies)


@cache
def _read() -> tuple[str, tuple[Example, ...]]:
    text = files("compliance.message_templates").joinpath("data/library.json").read_text(encoding="utf-8")
    data = json.loads(text)
    rows = ({**row, "type": ContentType(row["type"])} for row in data["templates"])
    return str(data["version"]), tuple(Example(**row) for row in rows)


def version() -> str:
    """Of the data file; it changes with every change of a template in it."""
    return _read()[0]


def examples(types: Iterable[ContentType] = tuple(ContentType)) -> list[Example]:
    """Those of these types, in the order of the file."""
    wanted = frozenset(types)
    return [one for one in _read()[1] if one.type in wanted]


def example(key: str) -> Example | None:
    """The one with this key."""
    return next((one for one in _read()[1] if one.key == key), None)
