"""How well two reviewers agree, beyond what chance would give. Plain values.

Cohen's kappa (Cohen 1960, Educational and Psychological Measurement 20): 1 - observed disagreement / disagreement by
chance, where chance gives each reviewer's answers as often as that reviewer does. For 1 to 5 the squared distance
weighs (Cohen 1968, Psychological Bulletin 70), so that 4 and 5 differ less than 1 and 5. It is undefined when chance
alone would always agree: everybody gave one and the same answer. Reckoned in whole numbers and fractions.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

Pair = tuple[str, str]
FEW = 20
"""Below so many pairs a kappa says little."""


@dataclass(frozen=True)
class Agreement:
    """Of `pairs` answers to one question. `same`: how many were equal. `kappa`: None when it is undefined."""

    pairs: int
    same: int
    kappa: float | None

    @property
    def percent(self) -> int | None:
        """Equal ones, rounded down; None of none."""
        return 100 * self.same // self.pairs if self.pairs else None

    @property
    def is_few(self) -> bool:
        return self.pairs < FEW


def kappa(pairs: Sequence[Pair]) -> Agreement:
    """Of answers that are equal or not."""
    return _agreement(pairs, lambda one, other: int(one != other))


def weighted_kappa(pairs: Sequence[Pair]) -> Agreement:
    """Of whole numbers, whose distance counts squared. Raises ValueError for an answer that is none."""
    return _agreement(pairs, lambda one, other: (int(one) - int(other)) ** 2)


def _agreement(pairs: Sequence[Pair], weight: Callable[[str, str], int]) -> Agreement:
    same = sum(one == other for one, other in pairs)
    firsts, seconds = Counter(one for one, _other in pairs), Counter(other for _one, other in pairs)
    observed = sum(weight(one, other) for one, other in pairs)
    chance = sum(
        weight(one, other) * number * others for one, number in firsts.items() for other, others in seconds.items()
    )
    if not chance:
        return Agreement(len(pairs), same, None)
    return Agreement(len(pairs), same, float(1 - Fraction(observed * len(pairs), chance)))
