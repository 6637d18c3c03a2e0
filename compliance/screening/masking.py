"""What must not be stored is taken out of a text before its first write. Plain values: no Django.

Cards, their codes, social security and tax numbers and secrets leave a mask that says what stood there; a value that
was split over several texts leaves one in each. Everything else that is found stays as it was written, and is noted.

Sources: PCI DSS 4.0.1, 3.3.1 (codes are never stored) and 4.2.2; DOMAIN 5.1 to 5.3 (five texts, fifteen minutes, and
what answers a question of ours).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from compliance.detectors import Finding, mask, scan
from compliance.detectors.findings import MASK_NAMES
from compliance.detectors.folding import fold
from compliance.detectors.gates import glance
from compliance.detectors.number_words import NUMBER_WORDS

REMOVED = frozenset({"PAYMENT_CARD", "CARD_SECURITY", "US_SSN", "US_ITIN", "CREDENTIAL"})
WINDOW, LOOKS_BACK = timedelta(minutes=15), 5
LONGEST_ANSWER: Final = 64  # characters of a text that is a value and nothing else
_BESIDE_ANSWER: Final = 3  # words that may stand beside it
_ROUNDS = 8  # of masking again in several texts
_CARD_MASK: Final = f"[{MASK_NAMES['PAYMENT_CARD']} "
_WORD: Final = re.compile(r"[^\W\d_]+")
_FEWEST_NUMBER_WORDS: Final = 2
_MOST_WORDS: Final = 2  # of a password that comes in a text of its own
_EVERYDAY: Final = frozenset((
    "afternoon", "bonjour", "bye", "cancel", "claro", "confirm", "confirmed", "cool", "done", "end", "evening",
    "fine", "gracias", "great", "hello", "help", "hey", "hi", "hola", "info", "join", "k", "later", "listo", "lol",
    "merci", "morning", "much", "n", "no", "non", "nope", "ok", "okay", "oui", "perfect", "please", "quit", "see",
    "si", "sorry", "start", "stop", "stopall", "sure", "thank", "thanks", "thx", "tomorrow", "ty", "unsubscribe",
    "vale", "welcome", "y", "yea", "yeah", "yep", "yes", "you",
))  # fmt: skip


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
    """Whether the text could be a part of a value that earlier texts began, or answer a question of ours with one.

    A part has digits, or numbers as words, or is a word or two by itself that people do not say all day: a password.
    Most texts are none of this, and nobody looks.
    """
    if any(char.isdigit() for char in body):
        return True
    words = _WORD.findall(fold(body).text)
    if sum(word in NUMBER_WORDS for word in words) >= _FEWEST_NUMBER_WORDS:
        return True
    is_answer = len(body) <= LONGEST_ANSWER and 0 < len(body.split()) <= _MOST_WORDS
    return is_answer and not _EVERYDAY.issuperset(words)


def screen(body: str, earlier: Sequence[str] = (), asked: Sequence[str] = ()) -> Screened:
    """The text as it may be stored, with what was found in it, seen together with the sender's texts just before it.

    `asked`: our own texts just before it. What they ask for is removed from a text that is the answer and nothing else;
    they stay as they are.
    """
    every = [place for place, text in enumerate(earlier) if _belongs(text)]
    seen = _screened(body, [(place, earlier[place]) for place in every], asked)
    parts = [place for place in every if may_complete(earlier[place])]
    if parts == every or any(one.removed for one in seen.found):
        return seen
    # "Hold on please" between two halves hides nothing, although its words are in the lists.
    again = _screened(body, [(place, earlier[place]) for place in parts], asked)
    return again if any(one.removed for one in again.found) else seen


def _screened(body: str, earlier: Sequence[tuple[int, str]], asked: Sequence[str]) -> Screened:
    """`earlier`: each with its place among those that `screen` was given."""
    before = [text for _, text in earlier]
    texts = [*before, body]
    sure = [one for one in scan(texts if before else body) if _counts(one)]
    begin = sum(len(text) + 1 for text in before)
    if before:
        sure = _fitting(before, body, sure, begin=begin)
    sure += _answers(body, asked, sure, begin=begin)
    if not sure:
        return Screened(body)
    joined = "\n".join(texts)
    parts = [(place, part, _value(joined, sure, one)) for one in sure for place, part in _parts(one, texts)]
    masked = _until_nothing_is_left(texts, parts)
    last = len(texts) - 1
    return Screened(
        body=masked[last],
        found=tuple(Found(part, value) for place, part, value in parts if place == last),
        earlier=tuple((earlier[at][0], text) for at, text in enumerate(masked[:last]) if text != texts[at]),
    )


def must_not_be_kept(body: str) -> bool:
    """Whether the text holds something that is stored nowhere."""
    return any(one.removed for one in screen(body).found)


def kept(words: str) -> str:
    """What a colleague writes for colleagues, as it may be stored: what is stored nowhere leaves its mask."""
    return screen(words).body


def _belongs(text: str) -> bool:
    """Whether an earlier text may hold a part of a value, or a word that tells one: what stands between is left out."""
    return may_complete(text) or glance(fold(text).text).flags != 0


def _counts(finding: Finding) -> bool:
    """Whether it is likely; of what is stored nowhere, whether it is anything at all."""
    return finding.confidence != "low" or finding.type in REMOVED


def _fitting(before: Sequence[str], body: str, found: Sequence[Finding], *, begin: int) -> list[Finding]:
    """Without what stands in the text, behind `begin`, and was found only by a word of an earlier one, amid a sentence.

    "Forgot my pin", then "our address is 7943 Oak Road": to take that out would lose what was said. A date or a code is
    taken out of sentences, too, when a card came before it.
    """
    alone = [(begin + one.start, begin + one.end) for one in scan(body)]
    is_card_there = any(one.type == "PAYMENT_CARD" for one in found) or any(_CARD_MASK in text for text in before)
    return [
        one
        for one in found
        if one.type not in REMOVED
        or one.start < begin
        or one.group is not None
        or (is_card_there and one.type == "CARD_SECURITY")
        or any(one.start < end and start < one.end for start, end in alone)
        or _is_all(body, one.start - begin, one.end - begin)
    ]


def _answers(body: str, asked: Sequence[str], found: Sequence[Finding], *, begin: int) -> list[Finding]:
    """What stands in the text only as an answer to one of our questions and is stored nowhere, behind `begin`."""
    if len(body) > LONGEST_ANSWER:
        return []
    taken = [(one.start, one.end) for one in found]
    answers = []
    for question in asked:
        before = len(question) + 1
        for one in scan([question, body]):
            start, end = one.start - before, one.end - before
            if one.type not in REMOVED or start < 0 or one.group is not None or not _is_all(body, start, end):
                continue  # of several pieces: one of them would be ours
            start, end = start + begin, end + begin
            if all(end <= first or last <= start for first, last in taken):
                taken.append((start, end))
                answers.append(one._replace(start=start, end=end))
    return answers


def _is_all(body: str, start: int, end: int) -> bool:
    """Whether the text says hardly more than the value: "it's 123", not a sentence with a number in it."""
    return len(body[:start].split()) + len(body[end:].split()) <= _BESIDE_ANSWER


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
        more = [one for one in scan(masked) if one.type in REMOVED]
        if not more:
            break
        again = [(place, part, "") for one in more for place, part in _parts(one, masked)]
        masked = [_masked(text, again, place) for place, text in enumerate(masked)]
    return masked


def _masked(text: str, parts: Sequence[tuple[int, Finding, str]], place: int) -> str:
    wanted = [part for at, part, _ in parts if at == place and part.type in REMOVED]
    return mask(text, wanted) if wanted else text
