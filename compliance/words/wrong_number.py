"""Whether a text says that we have reached somebody else than we meant. Plain values: no Django.

"Wrong number" in so many words, a new owner of the number, "this isn't Carlos". A name is a word with a capital letter
inside a sentence, or one of the contact's own. What is wrong with a number of something else (an order, a policy) and
the customer's own mistakes are taken out first. The phrases are data: `data/wrong_number.json`.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from compliance.words.customer_words import own_words
from compliance.words.keyword_rules import rules
from compliance.words.phrase_matching import Phrases
from compliance.words.plain_words import norm, sentences, spelled

NAME = "xname"
_LONGEST = 600  # characters; whoever was reached by mistake says so briefly
_CAPITAL = re.compile(r"(?<=[\w,] )[A-ZÀ-Ý][a-zà-ÿ]{1,30}\b")


@dataclass(frozen=True, slots=True)
class _Rules:
    say: Phrases
    whole: Phrases
    innocent: Phrases
    not_names: frozenset[str]


def says_wrong_number(text: str, *, name: str = "") -> str | None:
    """The id of the rule by which the text says so, None if it does not. `name`: the contact's, if it is known."""
    own = own_words(text)
    if own.origin != "customer" or len(own.unquoted) > _LONGEST:
        return None
    known, words = rules(), _rules()
    for sentence in sentences(_with_names(own.unquoted, name, words)):
        plain = spelled(sentence, known).split()
        rest = words.innocent.replaced(plain, "~")
        found = words.whole.filling(rest) or words.say.first(rest)
        if found:
            return found
    return None


def _with_names(text: str, name: str, words: _Rules) -> str:
    """The text with `NAME` for every word that is a name."""
    own = {part for part in norm(name).split() if len(part) > 1}

    def named(found: re.Match[str]) -> str:
        return found[0] if norm(found[0]) in words.not_names else NAME

    marked = _CAPITAL.sub(named, text)
    said = norm(text)
    if not any(part in said for part in own):
        return marked
    return re.sub(r"[^\W\d_]+", lambda word: NAME if norm(word[0]) in own else word[0], marked)


@cache
def _rules() -> _Rules:
    path = Path(__file__).with_name("data") / "wrong_number.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return _Rules(
        say=Phrases(((row["id"], row["say"]) for row in data["say"]), data["lists"]),
        whole=Phrases(((row["id"], row["say"]) for row in data["whole"]), data["lists"]),
        innocent=Phrases((("innocent", entry) for entry in data["innocent"]), data["lists"]),
        not_names=frozenset(data["not_names"]),
    )
