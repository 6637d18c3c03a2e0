"""What is wrong with the words of a language: missing, guessed, or with other placeholders than the English has."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.words.catalogues import Entry, Key, wanted
from config.words.extracting import Text

# What must stand in the words of every language: `%(name)s`, `%d`, `{name}`, tags of HTML with attributes, `&nbsp;`.
HELD = re.compile(r"%\(\w+\)[a-z.\d]*[sdfg]|(?<!%)%[sd]|\{\w*\}|</?[a-zA-Z][^>]*>|&\w+;")


@dataclass(frozen=True)
class Judged:
    """One string that lacks good words: `what` is `missing`, `fuzzy`, `plural`, `placeholders` or `ends`."""

    text: Text
    paths: list[str]
    what: str

    def __str__(self) -> str:
        return f"{self.what}: {self.text.words[0]!r} ({self.paths[0]})"


def judge(found: Mapping[Text, list[str]], known: Mapping[Key, Entry], language: str) -> list[Judged]:
    """Everything that is wrong with a language, by the order of the words."""
    return [
        Judged(text, paths, what)
        for text, paths in sorted(wanted(found, language).items())
        if (what := wrong_with(text, known.get(text.key)))
    ]


def wrong_with(text: Text, entry: Entry | None) -> str:
    """What is wrong with the words for a string; "" if nothing is."""
    if entry is None or not any(entry.words):
        return "missing"
    if entry.fuzzy:
        return "fuzzy"
    if not entry.is_complete or len(entry.words) != len(text.words):
        return "plural"
    return next(_differences(text, entry), "")


def _differences(text: Text, entry: Entry) -> Iterator[str]:
    for at, words in enumerate(entry.words):
        english = text.words[at]
        if _held(words) != _held(english) and not _may_say_one(text, at, words):
            yield "placeholders"
        if (english[:1].isspace(), english[-1:].isspace()) != (words[:1].isspace(), words[-1:].isspace()):
            yield "ends"


def _may_say_one(text: Text, at: int, words: str) -> bool:
    """A singular may say "one day" where English has the number, and the other way round; never what no form has."""
    plural = len(text.words) > 1 and at == 0
    return plural and not Counter(_held(words)) - Counter(_held(text.words[1]))


def _held(words: str) -> list[str]:
    return sorted(HELD.findall(words))
