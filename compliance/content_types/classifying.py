"""What type of text a text is, with the phrases that say so: a sum of weights, each type's phrases for it.

`recognize(text)` never says more than it knows: only a type that leads clearly is `confident`, and only what is
confident may hold a text or stop it. An offer beside an appointment is an offer: what else a text says takes
nothing from it (a text of two purposes counts as an advertisement, 47 CFR 64.1200(f)(1)). The time is in step with the
length. Plain values: no Django.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from compliance.content_types.cues import LANGUAGES, Hit, hits_in, read
from compliance.content_types.kinds import ContentType, Part
from compliance.content_types.reading import parts_of, words_of

Confidence = Literal["high", "medium", "low"]

_W = read("weights")
_WEIGHTS: dict[str, list[tuple[ContentType, float]]] = {
    group: [(ContentType(type), weight) for type, weight in row.items()] for group, row in _W["groups"].items()
}
_PARTS = {group: Part(part) for group, part in _W["parts"].items()}
_ALWAYS = {ContentType(type): weight for type, weight in _W["always"].items()}
_MORE, _MOST = float(_W["more"]), int(_W["most"])
_FILES = ("types", "weights", "forbidden", *(f"cues_{language}" for language in LANGUAGES))
VERSION = (
    "1-"
    + hashlib.sha256(
        b"".join(files("compliance.content_types").joinpath(f"data/{name}.json").read_bytes() for name in _FILES)
    ).hexdigest()[:10]
)
"""Changes with every data file; decisions keep it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A phrase of our lists that the text holds, and what it weighs for the type (below 0: against)."""

    phrase: str
    group: str
    weight: float


@dataclass(frozen=True, slots=True)
class Recognized:
    """What a text is. `score` and `margin` (over the next type) are sums of weights.

    `forbidden`: a category of `data/forbidden.json` that it belongs to, "" for none, with the phrase that says so.
    `parts`: what the text holds, as far as the rules of types ask.
    """

    type: ContentType
    confidence: Confidence
    score: float
    margin: float
    reasons: tuple[Reason, ...]
    parts: frozenset[Part]
    forbidden: str = ""
    forbidden_by: str = ""

    @property
    def is_confident(self) -> bool:
        """Whether the type may decide what happens to the text."""
        return self.confidence == "high"


def recognize(text: str) -> Recognized:
    """The type of a text and why. Any text of any length; an empty one is a reply of low confidence."""
    words = words_of(text)
    hits = hits_in(words)
    scores = dict(_ALWAYS)
    counted = _counted(hits)
    for hit, share in counted:
        for type, weight in _WEIGHTS[hit.cue.group]:
            scores[type] = scores.get(type, 0.0) + weight * share
    best, second = _two_best(scores)
    score = scores[best]
    margin = score - second
    offer = scores.get(ContentType.PROMOTION, 0.0)
    over_reply = offer - scores[ContentType.REPLY]
    if _confidence(offer, over_reply) == "high":
        best, score, margin = ContentType.PROMOTION, offer, over_reply
    category, by = _forbidden(hits, offer)
    return Recognized(
        type=best,
        confidence=_confidence(score, margin),
        score=round(score, 3),
        margin=round(margin, 3),
        reasons=_reasons(counted, best),
        parts=frozenset(parts_of(words)) | _parts_of(counted),
        forbidden=category,
        forbidden_by=by,
    )


def _counted(hits: Sequence[Hit]) -> list[tuple[Hit, float]]:
    """The hits that count and how much: each phrase once, further ones of a group less, and at most a few of it."""
    times: dict[str, int] = {}
    seen: set[str] = set()
    counted = []
    for hit in hits:
        cue = hit.cue
        if cue.forbidden or hit.denied or cue.phrase in seen:
            continue
        had = times.get(cue.group, 0)
        if had < _MOST:
            seen.add(cue.phrase)
            times[cue.group] = had + 1
            counted.append((hit, 1.0 if not had else _MORE))
    return counted


def _parts_of(counted: Iterable[tuple[Hit, float]]) -> frozenset[Part]:
    """What the phrases say that it holds; numbers and times are told by their shape (`reading.parts_of`)."""
    cues = [hit.cue for hit, _ in counted if hit.cue.group in _PARTS]
    return frozenset(_PARTS[cue.group] for cue in cues if cue.group != "moment" or not cue.phrase.startswith("<"))


def _two_best(scores: dict[ContentType, float]) -> tuple[ContentType, float]:
    """The best type and the score of the second, 0 when there is none."""
    best = max(scores, key=scores.__getitem__)
    return best, max((score for type, score in scores.items() if type is not best), default=0.0)


def _confidence(score: float, margin: float) -> Confidence:
    for name, level in (("high", _W["confident"]), ("medium", _W["likely"])):
        if score >= level["score"] and margin >= level["margin"]:
            return "high" if name == "high" else "medium"
    return "low"


def _reasons(counted: Iterable[tuple[Hit, float]], type: ContentType) -> tuple[Reason, ...]:
    """What speaks for and against this type, the strongest first."""
    found = [
        Reason(hit.cue.phrase, hit.cue.group, weight * share)
        for hit, share in counted
        for about, weight in _WEIGHTS[hit.cue.group]
        if about is type
    ]
    return tuple(sorted(found, key=lambda one: -abs(one.weight)))


OFFERED = 2.0
"""How much a text must look like an offer for a mere word of a category to count."""


def _forbidden(hits: Sequence[Hit], promotion: float) -> tuple[str, str]:
    """The first category that is sure, or that an offer is about."""
    for hit in hits:
        if hit.cue.forbidden and not hit.denied and (hit.cue.sure or promotion >= OFFERED):
            return hit.cue.group, hit.cue.phrase
    return "", ""
