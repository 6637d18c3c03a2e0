"""A text made ready for the detectors: folded, its phrases and rows of digits found once for all of them."""

from functools import cache, lru_cache
from typing import Final, final

from compliance.detectors.data_files import read, weight
from compliance.detectors.digit_runs import Run, chains, group_starts, letters_as_digits, runs, usual_marks
from compliance.detectors.findings import Reason
from compliance.detectors.folding import Folded
from compliance.detectors.glancing import Glance
from compliance.detectors.number_words import spell_out
from compliance.detectors.sentence_ends import sentence_ends
from compliance.detectors.vocabulary import Hit, Words, first_from, phrases, signs_of, words_of

_CUES: Final = read("cues")
_SECRETS: Final = read("credentials")

AGAINST: Final = "AGAINST"
_REASONS_KEPT: Final = 4096  # sets of rules that were met lately
_LONGEST_PHRASE: Final = 60  # characters
_FEW: Final = 4
_FEWEST_AMONG_LETTERS: Final = 7  # digits of a row in which letters or odd marks may stand for others
CUE_KINDS: Final = frozenset(_CUES["kinds"])

LEXICON: Final = phrases(
    {
        **_CUES["kinds"],
        AGAINST: _CUES["against"],
        "SOFT": _CUES["soft"],
        "NEUTRAL": _CUES["neutral"],
        "BANK_NAME": _CUES["banks"],
        "BESIDE_CARD": _CUES["beside_card"],
        "OTHER_POLICY": _CUES["other_policy"],
        **{f"secret.{kind}": entries for kind, entries in _SECRETS["lists"].items()},
    }
)


@final
class Reading:
    """What the detectors look at. Places count characters of `text`, the folded one."""

    __slots__ = (
        "_chains",
        "_ends",
        "_signs",
        "_starts",
        "by_kind",
        "direction",
        "folded",
        "hits",
        "original",
        "runs",
        "text",
        "words",
    )

    def __init__(
        self,
        folded: Folded,
        original: str,
        text: str,
        direction: str,
        *,
        hits: list[Hit],
        runs: list[Run],
        by_kind: dict[str, list[Hit]],
        words: Words | None = None,
    ) -> None:
        """What `read_text` found."""
        self.folded = folded
        self.original = original
        self.text = text
        self.direction = direction
        self.hits = hits
        self.runs = runs
        self.by_kind = by_kind
        self.words = words
        self._chains: list[Run] | None = None
        self._signs: str | None = None
        self._starts: list[int] | None = None
        self._ends: list[int] | None = None

    def chains(self) -> list[Run]:
        """Rows of digits that may be one number in several pieces; made once."""
        if self._chains is None:
            self._chains = chains(self.text, self.runs)
        return self._chains

    def starts(self) -> list[int]:
        """Where each group of digits begins; made once."""
        if self._starts is None:
            self._starts = group_starts(self.text)
        return self._starts

    def signs(self) -> str:
        """What kind of sign each is (`vocabulary.signs_of`); made once."""
        if self._signs is None:
            self._signs = signs_of(self.text.encode("utf-8", "replace"))
        return self._signs

    def ends(self) -> list[int]:
        """Where sentences end; made once."""
        if self._ends is None:
            self._ends = sentence_ends(self.text)
        return self._ends

    def has(self, *kinds: str) -> bool:
        """Whether a phrase of one of these lists stands in the text."""
        for kind in kinds:  # noqa: SIM110 - `any` takes thrice the time
            if kind in self.by_kind:
                return True
        return False

    def near(self, kind: str, start: int, end: int, *, before: int, after: int) -> Hit | None:
        """The phrase of that list closest to a span, at most so many characters before or after it.

        -1 for a side means: never there.
        """
        best, distance = None, before + after + 1
        hits = self.by_kind.get(kind)
        if not hits:
            return None
        first = first_from(hits, start - before - _LONGEST_PHRASE) if len(hits) > _FEW else 0
        for place in range(first, len(hits)):
            hit = hits[place]
            if hit.start > end + after:
                break
            gap = start - hit.end if hit.end <= start else max(0, hit.start - end)
            if gap <= (before if hit.end <= start else after) and gap < distance:
                best, distance = hit, gap
        return best

    def as_written(self, start: int, end: int) -> str:
        """The original characters of a span of the folded text."""
        first, last = self.folded.span(start, end)
        return self.original[first:last]


@final
class Draft:
    """A finding before the winners are chosen. `spans` are pieces of one value, in the folded text."""

    __slots__ = ("placeholder", "reasons", "score", "spans", "type")

    def __init__(
        self, type: str, spans: tuple[tuple[int, int], ...], reasons: "Reasons", placeholder: bool = False
    ) -> None:
        """`reasons`: of `reasons()`."""
        self.type = type
        self.spans = spans
        self.reasons = reasons
        self.placeholder = placeholder
        self.score = reasons.score


@cache
def _reason(rule: str) -> Reason:
    """Rules end in phrases of the word lists or names of formats, so there are only so many."""
    return Reason(rule, weight(rule.partition("/")[0]))


@final
class Reasons:
    """Reasons with the sum of their weights."""

    __slots__ = ("every", "score")

    def __init__(self, every: tuple[Reason, ...], score: float) -> None:
        """`score`: the sum of the weights of `every`."""
        self.every = every
        self.score = score


@lru_cache(maxsize=_REASONS_KEPT)
def reasons(*rules: str) -> Reasons:
    """These rules with their weights from the data file. `rule/detail` has the weight of `rule`."""
    found = tuple([_reason(rule) for rule in rules])
    return Reasons(found, sum([reason.weight for reason in found]))


def read_text(
    original: str, folded: Folded, direction: str, *, spelled: bool, numbers: bool, seen: Glance | None = None
) -> Reading:
    """The text with everything found that more than one detector needs. `numbers`: look for digits and their cues.

    `seen`: the first look at the very text that `folded` holds.
    """
    if spelled:
        folded = spell_out(folded)
        seen = None
    text = folded.text
    if not numbers:
        return Reading(folded, original, text, direction, hits=[], runs=[], by_kind={})
    if seen is None or seen.digits >= _FEWEST_AMONG_LETTERS:
        text = usual_marks(letters_as_digits(text))
    words = seen.words if seen is not None and seen.words is not None and text is folded.text else words_of(text)
    hits = LEXICON.find(text, words)
    by_kind: dict[str, list[Hit]] = {}
    for hit in hits:
        for kind in hit.kinds:
            if kind in by_kind:
                by_kind[kind].append(hit)
            else:
                by_kind[kind] = [hit]
    found = runs(text) if seen is None or seen.digits else []
    return Reading(folded, original, text, direction, hits=hits, runs=found, by_kind=by_kind, words=words)
