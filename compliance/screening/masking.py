"""What must not be stored is taken out of a text before its first write. Plain values: no Django.

Cards, their codes, social security and tax numbers and secrets leave a mask that says what stood there; a value that
was split over several texts leaves one in each. Everything else that is found stays as it was written, and is noted.

Sources: PCI DSS 4.0.1, 3.3.1 (codes are never stored) and 4.2.2; DOMAIN 5.1 and 5.3 (five texts, fifteen minutes).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from compliance.detectors import Finding, mask, scan

REMOVED = frozenset({"PAYMENT_CARD", "CARD_SECURITY", "US_SSN", "US_ITIN", "CREDENTIAL"})
WINDOW, LOOKS_BACK = timedelta(minutes=15), 5
_ROUNDS = 8  # of masking again in several texts
_SURE = frozenset({"medium", "high"})


@dataclass(frozen=True)
class Found:
    """One finding of the new text. `value` is what was found, for a keyed hash and for nothing else: never kept."""

    finding: Finding
    value: str

    @property
    def removed(self) -> bool:
        """Whether the stored text holds a mask in its place."""
        return self.finding.type in REMOVED


@dataclass(frozen=True)
class Screened:
    """`body` is what may be stored; `earlier` what earlier texts become, by their place in what was given."""

    body: str
    found: tuple[Found, ...] = ()
    earlier: tuple[tuple[int, str], ...] = ()


def may_complete(body: str) -> bool:
    """Whether the text could be a part of a value that earlier texts began; most have no digit, and nobody looks."""
    return any(char.isdecimal() for char in body)


def screen(body: str, earlier: Sequence[str] = ()) -> Screened:
    """The text as it may be stored, with what was found in it, seen together with the sender's texts just before it."""
    texts = [*earlier, body]
    sure = [one for one in scan(texts if earlier else body) if one.confidence in _SURE]
    if not sure:
        return Screened(body)
    joined = "\n".join(texts)
    parts = [(place, part, _value(joined, sure, one)) for one in sure for place, part in _parts(one, texts)]
    masked = _until_nothing_is_left(texts, parts)
    last = len(texts) - 1
    return Screened(
        body=masked[last],
        found=tuple(Found(part, value) for place, part, value in parts if place == last),
        earlier=tuple((place, text) for place, text in enumerate(masked[:last]) if text != texts[place]),
    )


def must_not_be_kept(body: str) -> bool:
    """Whether the text holds something that is stored nowhere."""
    return any(one.removed for one in screen(body).found)


def kept(words: str) -> str:
    """What a colleague writes for colleagues, as it may be stored: what is stored nowhere leaves its mask."""
    return screen(words).body


def _parts(finding: Finding, texts: Sequence[str]) -> list[tuple[int, Finding]]:
    """The finding as each text sees it: places count from the text's own begin, and none reaches over its end."""
    found = []
    begin = 0
    for place, text in enumerate(texts):
        start, end = max(finding.start - begin, 0), min(finding.end - begin, len(text))
        if start < end:
            found.append((place, finding._replace(start=start, end=end)))
        begin += len(text) + 1
    return found


def _value(joined: str, sure: Sequence[Finding], finding: Finding) -> str:
    """All fragments of one value, letters and digits only."""
    split = finding.group is not None
    fragments = [one for one in sure if one.group == finding.group and one.type == finding.type] if split else [finding]
    return "".join(char for one in fragments for char in joined[one.start : one.end] if char.isalnum())


def _until_nothing_is_left(texts: Sequence[str], parts: Sequence[tuple[int, Finding, str]]) -> list[str]:
    """The texts with masks. What only shows once its neighbour in another text is masked, is masked too."""
    masked = [_masked(text, parts, place) for place, text in enumerate(texts)]
    for _ in range(_ROUNDS if len(texts) > 1 and masked != list(texts) else 0):
        more = [one for one in scan(masked) if one.confidence in _SURE and one.type in REMOVED]
        if not more:
            break
        again = [(place, part, "") for one in more for place, part in _parts(one, masked)]
        masked = [_masked(text, again, place) for place, text in enumerate(masked)]
    return masked


def _masked(text: str, parts: Sequence[tuple[int, Finding, str]], place: int) -> str:
    wanted = [part for at, part, _ in parts if at == place and part.type in REMOVED]
    return mask(text, wanted) if wanted else text
