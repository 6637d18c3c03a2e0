"""How sure a counted rate is, and whether two of them differ by more than chance. Plain numbers, no library.

Shares: the score interval of E. B. Wilson (JASA 22, 1927, p. 209), and Fisher's exact test. Events per texts: the
score interval of a Poisson mean (L. Barker, The American Statistician 56, 2002, p. 85), and the exact test of two
Poisson rates given their sum (J. Przyborowski and H. Wilenski, Biometrika 31, 1940, p. 313). Where both counts
together are above MOST the normal approximation takes the place of the exact sums: they say the same there.
"""

from dataclasses import dataclass
from math import erfc, exp, lgamma, log, sqrt

Z = 1.959963984540054
"""Two-sided, 95 of 100."""
SURE = 0.05
"""Below this a difference counts as more than chance."""
MOST = 2000
_ALIKE = 1 + 1e-7  # probabilities that rounding made different are the same


@dataclass(frozen=True)
class Count:
    """`events` among `base`: a part of them where the rate is a share, else events while so many texts went."""

    events: int
    base: int


def wilson(count: Count) -> tuple[float, float] | None:
    """Between which shares (0 to 1) the true one lies, 95 of 100 times; None of nothing."""
    if not count.base:
        return None
    n, share = count.base, count.events / count.base
    middle = share + Z * Z / (2 * n)
    around = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    whole = 1 + Z * Z / n
    low = 0.0 if count.events == 0 else max(0.0, (middle - around) / whole)
    return low, 1.0 if count.events == n else min(1.0, (middle + around) / whole)


def poisson(count: Count) -> tuple[float, float] | None:
    """The same for events per one of `base`, of which there may be more than one each; None of nothing."""
    if not count.base:
        return None
    x = count.events
    around = Z * sqrt(x + Z * Z / 4)
    low = 0.0 if x == 0 else max(0.0, x + Z * Z / 2 - around)
    return low / count.base, (x + Z * Z / 2 + around) / count.base


def chance_of_shares(one: Count, other: Count) -> float | None:
    """How often two equal shares would differ at least this much; two-sided. None where one is of nothing."""
    n, m = one.base, other.base
    if not n or not m:
        return None
    events = one.events + other.events
    if min(events, n + m - events) > MOST:
        pooled = events / (n + m)
        return _beyond((one.events / n - other.events / m) / sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)))
    whole = _choose(n + m, events)
    places = range(max(0, events - m), min(events, n) + 1)
    return _two_sided([_choose(n, k) + _choose(m, events - k) - whole for k in places], one.events - places.start)


def chance_of_rates(one: Count, other: Count) -> float | None:
    """The same for events per base."""
    if not one.base or not other.base:
        return None
    events, share = one.events + other.events, one.base / (one.base + other.base)
    if not events:
        return 1.0
    if events > MOST:
        return _beyond((one.events - events * share) / sqrt(events * share * (1 - share)))
    logs = [_choose(events, k) + k * log(share) + (events - k) * log(1 - share) for k in range(events + 1)]
    return _two_sided(logs, one.events)


def _two_sided(logs: list[float], seen: int) -> float:
    """The sum of everything that is at most as likely as what was seen."""
    limit = logs[seen] + log(_ALIKE)
    return min(1.0, sum(exp(one) for one in logs if one <= limit))


def _beyond(score: float) -> float:
    return erfc(abs(score) / sqrt(2))


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
