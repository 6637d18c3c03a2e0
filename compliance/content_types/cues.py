"""The phrases that tell what a text is, in English and Spanish, found in one pass over its words.

`data/cues_*.json` name phrases by group, `data/forbidden.json` what carriers carry for nobody. Plain values: no Django.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "es")
_NEGATIONS = frozenset(
    ("no", "not", "don't", "dont", "doesn't", "doesnt", "isn't", "isnt", "aren't", "arent", "never", "without")
) | {"cannot", "can't", "nor", "sin", "ni", "nunca", "tampoco"}
REACH = 3  # words before a phrase in which a "no" denies it


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase of our own lists. `forbidden`: its group is a category that carriers carry for nobody."""

    phrase: str
    group: str
    forbidden: bool = False
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase that a text holds; `denied`: after a "no", so that it is spoken of and not offered."""

    cue: Cue
    denied: bool


def read(name: str) -> Any:
    """The data file of that name."""
    return json.loads(files("compliance.content_types").joinpath(f"data/{name}.json").read_text(encoding="utf-8"))


def _all_cues() -> Iterator[Cue]:
    for language in LANGUAGES:
        for group, phrases in read(f"cues_{language}")["groups"].items():
            yield from (Cue(phrase, group) for phrase in phrases)
    for category, lists in read("forbidden")["categories"].items():
        yield from (Cue(phrase, category, forbidden=True, sure=True) for phrase in lists["sure"])
        yield from (Cue(phrase, category, forbidden=True) for phrase in lists["perhaps"])


_Entry = tuple[int, tuple[str, ...], Cue]


def _index() -> dict[str, list[_Entry]]:
    """By first word, the phrases: how many words follow, which, and what it is; the longest first."""
    known: dict[str, dict[tuple[str, str], _Entry]] = {}
    for cue in _all_cues():
        first, *rest = cue.phrase.split()
        known.setdefault(first, {}).setdefault((cue.phrase, cue.group), (len(rest), tuple(rest), cue))
    return {first: sorted(found.values(), key=lambda one: -one[0]) for first, found in known.items()}


_BY_FIRST = _index()
MOST_HITS = 60  # of a text; beyond them nothing changes


def hits_in(words: Sequence[str]) -> list[Hit]:
    """The phrases that these words hold, in order. Of one group only the longest at a place counts."""
    found: list[Hit] = []
    get = _BY_FIRST.get
    covered = 0  # where the longest phrase so far ends: a word inside it is no phrase of its own
    for place, word in enumerate(words):
        entries = get(word)
        if entries is None:
            continue
        seen: set[str] = set()
        for length, rest, cue in entries:
            if cue.group in seen or (length and tuple(words[place + 1 : place + 1 + length]) != rest):
                continue
            if not length and place < covered and not cue.forbidden:
                continue
            covered = max(covered, place + 1 + length)
            seen.add(cue.group)
            denied = place > 0 and not _NEGATIONS.isdisjoint(words[max(0, place - REACH) : place])
            found.append(Hit(cue, denied))
        if len(found) >= MOST_HITS:
            break
    return found
