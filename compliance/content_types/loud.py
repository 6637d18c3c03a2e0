"""What makes carriers' filters look at a text as they look at spam: shouting, rows of marks, many emoji, lures.

DOMAIN 4.3. Nobody is kept from writing so; it is said. Plain values: no Django.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

MOST_EMOJI = 2
_SHOUTED = re.compile(r"(?<![^\W\d_])[A-ZÀ-ÖØ-Þ]{6,}(?![^\W\d_])")  # six letters and more: HIPAA and STOP are words
_ASKED_FOR = re.compile(r"(?:reply|text|send|responda|responde|env[ií]e|r[ée]pondez|envoyez)\W{1,3}\Z", re.IGNORECASE)
_MARKS = re.compile(r"[!?]{3}")
_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff](?:[\ufe0f\U0001f3fb-\U0001f3ff]|\u200d.)*")
_LURES = re.compile(
    r"\b(?:act now|winner|you(?:'ve| have)? won|guaranteed|risk[- ]free|100 ?% free|free (?:gift|money|trial)|"
    r"for free)\b",
    re.IGNORECASE,
)
_BEFORE = 12  # characters in which "reply" stands


class Loud(StrEnum):
    """What is loud about a text."""

    SHOUTS = "shouts"
    MARKS = "marks"
    EMOJI = "emoji"
    LURES = "lures"


def loud(text: str, *, names: str = "") -> Iterator[tuple[Loud, str]]:
    """What is loud, with the words that are, each kind once. `names`: what is written in capitals by right."""
    own = frozenset(names.upper().split())
    for word in _SHOUTED.finditer(text):
        asked_for = _ASKED_FOR.search(text[max(0, word.start() - _BEFORE) : word.start()])
        if word.group() not in own and not asked_for:
            yield Loud.SHOUTS, word.group()
            break
    if marks := _MARKS.search(text):
        yield Loud.MARKS, marks.group()
    if len(found := _EMOJI.findall(text)) > MOST_EMOJI:
        yield Loud.EMOJI, "".join(found[: MOST_EMOJI + 1])
    if lure := _LURES.search(text):
        yield Loud.LURES, lure.group()
