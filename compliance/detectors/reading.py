"""A text made ready for the detectors: folded, its phrases and rows of digits found once for all of them."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import NamedTuple

from compliance.detectors.data_files import read, weight
from compliance.detectors.digit_runs import Run, chains, letters_as_digits, runs, usual_marks
from compliance.detectors.findings import Reason
from compliance.detectors.folding import Folded
from compliance.detectors.number_words import spell_out
from compliance.detectors.vocabulary import Hit, Words, phrases, words_of

_CUES = read("cues")
_SECRETS = read("credentials")

AGAINST = "AGAINST"
_REASONS_KEPT = 4096  # sets of rules that were met lately
_LONGEST_PHRASE = 60  # characters
_FEW = 4
CUE_KINDS = frozenset(_CUES["kinds"])

LEXICON = phrases(
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


@dataclass(slots=True)
class Reading:
    """What the detectors look at. Places count characters of `text`, the folded one."""

    folded: Folded
    original: str
    text: str
    direction: str
    hits: list[Hit]
    runs: list[Run]
    by_kind: Mapping[str, list[Hit]]
    words: Words | None = None
    _chains: list[Run] | None = None

    def chains(self) -> list[Run]:
        """Rows of digits that may be one number in several pieces; made once."""
        if self._chains is None:
            self._chains = chains(self.text, self.runs)
        return self._chains

    def has(self, *kinds: str) -> bool:
        """Whether a phrase of one of these lists stands in the text."""
        return not self.by_kind.keys().isdisjoint(kinds)

    def near(self, kind: str, start: int, end: int, *, before: int, after: int) -> Hit | None:
        """The phrase of that list closest to a span, at most so many characters before or after it.

        -1 for a side means: never there.
        """
        best, distance = None, before + after + 1
        hits = self.by_kind.get(kind)
        if not hits:
            return None
        first = bisect_left(hits, (start - before - _LONGEST_PHRASE,)) if len(hits) > _FEW else 0
        for hit in islice(hits, first, None):
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


class Draft(NamedTuple):
    """A finding before the winners are chosen. `spans` are pieces of one value, in the folded text."""

    type: str
    spans: tuple[tuple[int, int], ...]
    reasons: "Reasons"
    placeholder: bool = False

    @property
    def score(self) -> float:
        """The sum of the weights."""
        return self.reasons.score


@cache
def _reason(rule: str) -> Reason:
    """Rules end in phrases of the word lists or names of formats, so there are only so many."""
    return Reason(rule, weight(rule.partition("/")[0]))


class Reasons(NamedTuple):
    """Reasons with the sum of their weights."""

    every: tuple[Reason, ...]
    score: float


@lru_cache(maxsize=_REASONS_KEPT)
def reasons(*rules: str) -> Reasons:
    """These rules with their weights from the data file. `rule/detail` has the weight of `rule`."""
    found = tuple([_reason(rule) for rule in rules])
    return Reasons(found, sum([reason.weight for reason in found]))


def read_text(original: str, folded: Folded, direction: str, *, spelled: bool, numbers: bool) -> Reading:
    """The text with everything found that more than one detector needs. `numbers`: look for digits and their cues."""
    if spelled:
        folded = spell_out(folded)
    text = usual_marks(letters_as_digits(folded.text)) if numbers else folded.text
    if not numbers:
        return Reading(folded, original, text, direction, [], [], {})
    words = words_of(text)
    hits = LEXICON.find(text, words)
    by_kind: dict[str, list[Hit]] = {}
    for hit in hits:
        for kind in hit.kinds:
            if kind in by_kind:
                by_kind[kind].append(hit)
            else:
                by_kind[kind] = [hit]
    return Reading(folded, original, text, direction, hits, runs(text), by_kind, words)
