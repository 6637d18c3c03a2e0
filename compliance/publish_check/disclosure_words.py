"""A wording cut into what the publish check compares: links, sentences, clauses, plain words. No Django.

Plain words are lower case, without accents and punctuation, one space apart; `don't` and `n'est` are two words each.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

LINK = re.compile(r"\[([^\[\]\n]{1,120})\]\(([^()\s]{1,500})\)")
_FILE = Path(__file__).parent / "data" / "languages.json"
_NOT = re.compile(r"n['’]t\b")
_ABBREVIATION = re.compile(r"\b(msgs?|approx|inc|co|ltd|llc|st|dr|dra|mr|mrs|sr|sra|max|min|no|num)\.", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+|\s[-–—]\s")
_CLAUSE = re.compile(
    r"[,:()—–]|\b(?:but|however|although|though|pero|aunque|sino|mais|cependant|toutefois)\b", re.IGNORECASE
)
_NOT_WORD = re.compile(r"[\W_]+")
_ENDINGS = re.compile(r" (?:inc|llc|ltd|co|corp|corporation|company|gmbh|sa|srl|limited|plc|pllc|pc|lp|llp)$")


@dataclass(frozen=True)
class Language:
    """The patterns of one language, each for plain words."""

    data: Mapping[str, Any]
    made: dict[str, re.Pattern[str]] = field(default_factory=dict, compare=False)

    def pattern(self, name: str) -> re.Pattern[str]:
        """Whole words of a list of alternatives."""
        return self.words(str(self.data[name]))

    def words(self, alternatives: str) -> re.Pattern[str]:
        """Whole words of these alternatives."""
        if alternatives not in self.made:
            self.made[alternatives] = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")
        return self.made[alternatives]

    def near(self, *parts: str, most: tuple[int, ...]) -> re.Pattern[str]:
        """The named lists one after the other, with at most so many words between each."""
        alternatives = [f"(?:{self.data[part]})" for part in parts]
        joined = alternatives[0]
        for words, following in zip(most, alternatives[1:], strict=True):
            joined += rf"(?: \w+){{0,{words}}}? {following}"
        return self.words(joined)


@cache
def languages() -> dict[str, Language]:
    """The languages in which a form can ask."""
    return {code: Language(data) for code, data in json.loads(_FILE.read_text("utf-8")).items()}


def plain(text: str) -> str:
    """Plain words."""
    text = _NOT.sub(" not", unicodedata.normalize("NFKC", text)).casefold()
    text = text.replace("cannot", "can not").replace("ca not", "can not").replace("wo not", "will not")
    letters = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) not in {"Mn", "Cf"})
    return _NOT_WORD.sub(" ", letters).strip()


def links(text: str) -> list[tuple[str, str]]:
    """Each link of a wording: (what it is called, in plain words; its address)."""
    return [(plain(label), address) for label, address in LINK.findall(text)]


def without_links(text: str) -> str:
    """The wording with its links left out."""
    return LINK.sub(" ", text)


def sentences(text: str) -> list[str]:
    """The sentences; `Msg.` and `Dr.` end none."""
    whole = _ABBREVIATION.sub(r"\1", text)
    return [sentence for sentence in _SENTENCE.split(whole) if sentence.strip()]


def clauses(sentence: str) -> list[str]:
    """The parts of a sentence between commas, colons, brackets and words such as `but`, in plain words."""
    return [words for part in _CLAUSE.split(sentence) if (words := plain(part))]


def short_name(brand: str) -> str:
    """A company's name in plain words, without what its legal form adds."""
    name = plain(_ABBREVIATION.sub(r"\1", brand))
    return _ENDINGS.sub("", name) or name
