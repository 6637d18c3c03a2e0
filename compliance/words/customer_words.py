"""Which part of an inbound text the customer wrote just now: no reactions, quotes, auto-replies, signatures.

A phone sends a tapback as a text of its own (`Liked "Reply STOP to opt out"`), mail apps quote what they answer, cars
and calendars answer by themselves. None of that may opt anybody out. Plain values: no Django.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_DATA: dict[str, Any] = json.loads(
    (Path(__file__).with_name("data") / "not_own_words.json").read_text(encoding="utf-8")
)
_OPENING, _CLOSING = '"“„«‟〝＂', '"”“»‟〞＂'
_EMOJI = "[\u2190-\u2bff\u3030\u303d\ufe0f\u200d\u20e3\U0001f000-\U0001faff\U000e0020-\U000e007f]+"


def _any_of(key: str) -> str:
    return "|".join(row["pattern"] for row in _DATA[key])


# The patterns hold no nested repetition, so each is linear in the text.
_REACTION = re.compile(
    rf"\s*(?:(?:{_any_of('reactions')})|(?:{_any_of('emoji_reactions')}))".replace("EMOJI", _EMOJI), re.I
)
_THING = re.compile(rf"\s*(?:{_any_of('reactions_to_things')})[\s.!]*\Z".replace("EMOJI", _EMOJI), re.I)
_AUTOMATIC = re.compile(_any_of("automatic"), re.I)
_AUTOMATIC_NEEDS = tuple(sorted({words for row in _DATA["automatic"] for words in row["needs"]}))
_SIGNATURE = re.compile(rf"(?:{_any_of('signatures')}).*\Z", re.I | re.S)
_QUOTED_REPLY = re.compile(rf"^[ \t]*(?:{_any_of('quoted_replies')}).*\Z", re.I | re.M | re.S)
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.M)
_SPAN = re.compile(r"“[^”“]{0,2000}”|\"[^\"]{0,2000}\"|«[^»«]{0,2000}»")
_WORD = re.compile(r"\w+")
_KEPT = 100  # texts: as many as a webhook's group has at most


@dataclass(frozen=True, slots=True)
class OwnWords:
    """`text`: what the customer wrote. `unquoted`: the same without longer quotations inside.

    `origin`: `customer`, `automatic` (a machine answered for them) or `reaction` (then nothing is left).
    """

    text: str
    unquoted: str
    origin: str


@lru_cache(maxsize=_KEPT)  # several rules read one text
def own_words(body: str) -> OwnWords:
    """Cut everything from `body` that the customer did not write."""
    text = None if _THING.match(body) else _without_reaction(body)
    if text is None:
        return OwnWords("", "", "reaction")
    text = _SIGNATURE.sub("", _QUOTED_REPLY.sub("", _QUOTED_LINE.sub("", text)))
    return OwnWords(text, _without_long_quotes(text), "automatic" if _is_automatic(body) else "customer")


def forget() -> None:
    """Keep no text in memory any longer: for whoever has read many."""
    own_words.cache_clear()


def _is_automatic(body: str) -> bool:
    """Most texts hold no word of such an answer, and are not searched for whole ones."""
    if body.isascii():  # beyond that letters of both cases are not told from each other by `lower` alone
        lower = body.lower()
        if not any(words in lower for words in _AUTOMATIC_NEEDS):
            return False
    return bool(_AUTOMATIC.search(body))


def _without_reaction(body: str) -> str | None:
    """The text after a leading reaction and what it quotes; None if nothing is left."""
    reaction = _REACTION.match(body)
    if reaction is None:
        return body
    rest = body[reaction.end() :].lstrip()
    if not rest.startswith(tuple(_OPENING)):
        return body
    end = max(rest.rfind(mark, 1) for mark in _CLOSING)
    rest = rest[end + 1 :] if end > 0 else ""  # without an end the phone has cut the quotation short
    return rest if _WORD.search(rest) else None


def _without_long_quotes(text: str) -> str:
    """Quotations of four words and more are someone else's words, unless the whole text is one quotation."""
    rest = _SPAN.sub(lambda span: " " if len(_WORD.findall(span[0])) >= 4 else span[0], text)
    return rest if _WORD.search(rest) else text
