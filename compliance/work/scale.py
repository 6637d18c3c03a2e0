"""Times as steps of one fixed scale, so that counts of any days and teams add up and give percentiles (decision 388).

A step is the number of bounds that a time has passed. Plain values: no Django.
"""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import timedelta

_FINE = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 20, 25, 30, 35, 40, 45, 50, 60, 75, 90, 105, 120, 150, 180, 210, 240)
_COARSE = (300, 360, 420, 480, 600, 720, 960, 1200, 1440, 1800, 2160, 2880, 3600, 4320, 5760, 7200, 10080, 20160, 43200)
BOUNDS = _FINE + _COARSE
"""Minutes. A time of exactly a bound is below it. Neighbours are at most a third apart from 3 minutes to 5 days."""
GOALS = (5, 15, 30, 60, 120, 240, 480, 1440, 2880)
"""Minutes that an organization may look at as a goal: bounds, so that the share within is exact."""


def step_of(time: timedelta) -> int:
    """From 0 to `len(BOUNDS)`."""
    return bisect_left(BOUNDS, time.total_seconds() / 60)


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """Minutes within which this share (0 to 1) of the times are: between the bounds of a step in proportion.

    None of none. Times beyond the last bound are said to be that bound.
    """
    wanted, passed = share * sum(counts.values()), 0
    for step in sorted(counts):
        if counts[step] and passed + counts[step] >= wanted:
            low, high = BOUNDS[step - 1] if step else 0, BOUNDS[min(step, len(BOUNDS) - 1)]
            return low + (high - low) * (wanted - passed) / counts[step]
        passed += counts[step]
    return None


def within(counts: Mapping[int, int], minutes: int) -> int:
    """How many took at most so long. Raises ValueError for what is no bound."""
    last = BOUNDS.index(minutes)
    return sum(number for step, number in counts.items() if step <= last)
