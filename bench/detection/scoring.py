"""The rules of scoring, as `shared/detect/README.md` writes them.

Only letters and digits count in overlaps. An identifier in the gold is found when predictions of its type cover 80 %
of it or more (all fragments of a group together); a prediction is right when half of it or more lies in gold of its
type. For health and finance any overlap will do, unless the prediction is longer than three times the gold it touches
and 20 characters. What lies mostly in an ignored span is neither right nor wrong.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from bench.detection.items import Item, Prediction, Span

PHRASE_TYPES = frozenset({"HEALTH_INFO", "FINANCIAL_INFO"})
COVERED, INSIDE = Fraction(4, 5), Fraction(1, 2)
LONGEST_TIMES, LONGEST_PLUS = 3, 20
NOTHING = Prediction()


@dataclass(slots=True)
class Count:
    """How many gold values there are and were found, how many predictions were right and wrong."""

    gold: int = 0
    found: int = 0
    right: int = 0
    wrong: int = 0

    @property
    def precision(self) -> float:
        """Share of predictions that are right; 1 when there are none."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of gold values found; 1 when there are none."""
        return self.found / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def add(self, other: "Count") -> None:
        """Count what the other counted, too."""
        self.gold += other.gold
        self.found += other.found
        self.right += other.right
        self.wrong += other.wrong


@dataclass(slots=True)
class Score:
    """What a detector reached on a set."""

    types: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    intents: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    categories: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    benign: int = 0
    flagged: int = 0  # benign items with a label
    flagged_at_all: int = 0  # or an intent

    @property
    def micro(self) -> Count:
        """All types together."""
        return _sum(self.types.values())

    @property
    def micro_intents(self) -> Count:
        """All intents together."""
        return _sum(self.intents.values())


def _sum(counts: Iterable[Count]) -> Count:
    total = Count()
    for count in counts:
        total.add(count)
    return total


def score(items: Iterable[Item], predictions: Mapping[str, Prediction]) -> Score:
    """Compare predictions, by the item's id, with the gold; an item without one counts as nothing found."""
    result = Score()
    for item in items:
        prediction = predictions.get(item.id, NOTHING)
        for kind, count in count_labels(item, prediction.labels).items():
            result.types[kind].add(count)
            result.categories[item.category].add(count)
        _count_intents(item, prediction.intents, result)
        if item.benign:
            result.benign += 1
            result.flagged += bool(prediction.labels)
            result.flagged_at_all += bool(prediction.labels or prediction.intents)
    return result


def count_labels(item: Item, predicted: Sequence[Span]) -> dict[str, Count]:
    """By type, what of one item was found and what of the predictions is right."""
    counts: dict[str, Count] = {}
    for kind in sorted({span.type for span in (*item.labels, *predicted)}):
        gold = [span for span in item.labels if span.type == kind]
        said = [span for span in predicted if span.type == kind]
        count_one = _count_phrases if kind in PHRASE_TYPES else _count_identifiers
        ignored = _signs(item.text, (span for span in item.ignore if span.type in {"", kind}))
        counts[kind] = count_one(item.text, gold, said, ignored)
    return counts


def _count_identifiers(text: str, gold: Sequence[Span], said: Sequence[Span], ignored: set[int]) -> Count:
    count = Count()
    covered, in_gold = _signs(text, said), _signs(text, gold)
    for value in _values(gold):
        signs = _signs(text, value)
        count.gold += 1
        count.found += len(signs & covered) >= COVERED * len(signs)
    for span in said:
        signs = _signs(text, [span])
        if signs and len(signs & in_gold) >= INSIDE * len(signs):
            count.right += 1
        elif not _is_ignored(signs, in_gold | ignored, ignored):
            count.wrong += 1
    return count


def _count_phrases(text: str, gold: Sequence[Span], said: Sequence[Span], ignored: set[int]) -> Count:
    count = Count()
    fitting = [span for span in said if _fits(text, span, gold)]
    touched = _signs(text, fitting)
    for value in _values(gold):
        count.gold += 1
        count.found += not touched.isdisjoint(_signs(text, value))
    count.right = len(fitting)
    in_gold = _signs(text, gold)
    for span in said:
        if span not in fitting and not _is_ignored(_signs(text, [span]), in_gold | ignored, ignored):
            count.wrong += 1
    return count


def _fits(text: str, span: Span, gold: Sequence[Span]) -> bool:
    """Whether the span touches gold and is not much longer than what it touches."""
    signs = _signs(text, [span])
    touched = [one for one in gold if not signs.isdisjoint(_signs(text, [one]))]
    longest = LONGEST_TIMES * sum(one.end - one.start for one in touched) + LONGEST_PLUS
    return bool(touched) and span.end - span.start <= longest


def _is_ignored(signs: set[int], allowed: set[int], ignored: set[int]) -> bool:
    return not signs.isdisjoint(ignored) and len(signs & allowed) >= INSIDE * len(signs)


def _values(spans: Iterable[Span]) -> list[list[Span]]:
    """The spans, those of one group together."""
    values: dict[object, list[Span]] = {}
    for span in spans:
        values.setdefault(span.group or span, []).append(span)
    return list(values.values())


def _signs(text: str, spans: Iterable[Span]) -> set[int]:
    """The places of the letters and digits in the spans."""
    return {place for span in spans for place in range(span.start, min(span.end, len(text))) if text[place].isalnum()}


def _count_intents(item: Item, said: frozenset[str], result: Score) -> None:
    for name in (item.intents | said) - item.ignore_intents:
        count, right = result.intents[name], name in item.intents and name in said
        count.gold += name in item.intents
        count.found += right
        count.right += right
        count.wrong += name in said and not right
