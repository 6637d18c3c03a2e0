"""What must not be stored is taken out of a text before its first write. Plain values: no Django.

Cards, their codes, social security and tax numbers and secrets leave a mask that says what stood there; a value that
was split over several texts leaves one in each. Everything else that is found stays as it was written, and is noted.

Sources: PCI DSS 4.0.1, 3.3.1 (codes are never stored) and 4.2.2; DOMAIN 5.1 to 5.3 (five texts, fifteen minutes, and
what answers a question of ours).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from compliance.detectors import Finding, mask, scan
from compliance.detectors.folding import fold
from compliance.detectors.gates import glance
from compliance.detectors.number_words import NUMBER_WORDS
from compliance.screening.fitting import CARD_MASK, REMOVED, fitting, is_all

WINDOW, LOOKS_BACK = timedelta(minutes=15), 5
LONGEST_ANSWER: Final = 64  # characters of a text that is a value and nothing else
_ROUNDS = 8  # of masking again in several texts
_CODE_QUESTION: Final = "cvv?"  # which a card leaves open
_ROW: Final = re.compile(r"\d{3}")
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

    Texts are read together in several ways, each of what the one before left: something harmless between two parts
    ("hold on, 1 sec") hides nothing, nor does what tells a value after it.
    """
    stored = [*earlier, body]
    found: list[Found] = []
    for _ in range(_ROUNDS):
        before = list(stored)
        for places in _readings(earlier, body):
            texts = [stored[place] for place in places]
            whole = places[-1] == len(earlier)
            seen = _look(texts, asked if whole else (), whole=whole)
            for place, text in zip(places, seen.texts, strict=True):
                stored[place] = text
            last = places.index(len(earlier))
            found += [Found(part, value) for at, part, value in seen.parts if at == last and not _is_known(found, part)]
        if stored == before or not earlier:
            break
    return Screened(
        body=stored[-1],
        found=tuple(found),
        earlier=tuple((place, text) for place, text in enumerate(stored[:-1]) if text != earlier[place]),
    )


def _readings(earlier: Sequence[str], body: str) -> Iterator[list[int]]:
    """Places of texts that are read together, in this order; that of the new one is behind all others."""
    new = len(earlier)
    every = [place for place, text in enumerate(earlier) if _belongs(text)]
    parts = [place for place in every if may_complete(earlier[place])]
    numbers = [place for place in parts if _is_number(earlier[place])]
    done: set[tuple[int, ...]] = set()
    for places in (numbers, every, parts, *([place] for place in reversed(every))):
        if tuple(places) not in done:
            done.add(tuple(places))
            yield [*places, new]
    if "?" not in body:  # "4471", then "that was my pin"
        for place in reversed(parts):
            yield [new, place]
    if earlier:
        yield [new]  # by itself: a word of a text before may speak against what this one holds


def _is_number(text: str) -> bool:
    """Whether a text is mostly digits, or holds a row of them as long as a part of a value."""
    digits = sum(map(str.isdigit, text))
    return 5 * digits >= 3 * sum(map(str.isalnum, text)) or bool(_ROW.search(text))


@dataclass(frozen=True)
class _Seen:
    texts: list[str]
    parts: list[tuple[int, Finding, str]]


def _look(texts: Sequence[str], asked: Sequence[str], *, whole: bool) -> _Seen:
    """One reading: the texts with masks, and what was found, each with the place of its text and its value.

    `whole`: the new text is the last.
    """
    joined = "\n".join(texts)
    sure = [one for one in scan(texts if len(texts) > 1 else joined) if _counts(one)]
    if len(texts) > 1:
        sure = fitting(texts, sure, new=len(texts) - 1 if whole else 0)
    if whole:
        begin = len(joined) - len(texts[-1])
        if any(CARD_MASK in text for text in texts[:-1]):
            asked = (*asked, _CODE_QUESTION)
        sure += _answers(texts[-1], asked, sure, begin=begin)
    parts = [(place, part, _value(joined, sure, one)) for one in sure for place, part in _parts(one, texts)]
    return _Seen(_until_nothing_is_left(texts, parts), parts)


def _is_known(found: Sequence[Found], part: Finding) -> bool:
    """Whether an earlier reading has noted the same, which is stored and so was found again."""
    return any(
        (one.finding.type, one.finding.start, one.finding.end) == (part.type, part.start, part.end) for one in found
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
            if one.type not in REMOVED or start < 0 or one.group is not None or not is_all(body, start, end):
                continue  # of several pieces: one of them would be ours
            start, end = start + begin, end + begin
            if all(end <= first or last <= start for first, last in taken):
                taken.append((start, end))
                answers.append(one._replace(start=start, end=end))
    return answers


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
