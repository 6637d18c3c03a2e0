"""How fast a computing over history goes: in short batches, and in proportion to what the machine has to spare.

What a batch takes on the clock, against the processor time that it got meanwhile, tells how much others want the
processors and the database, whoever they are: members' pages, texts, other work. Then the worker rests so many times
longer. Nothing is remembered between turns, so a new process behaves as an old one.
"""

import time
from collections.abc import Callable

A_BATCH = 0.25
"""Seconds that a batch should take: so long it holds its rows, and so long a page may meet it."""
FIRST, FEWEST, MOST = 25, 25, 100
"""Conversations in a batch: of fewer, most of the time would go into its statements."""
MOST_RESTS = 3.0
"""A rest is at most so many times the batch: a quarter of the time is always ours, so that history ends."""
LONGEST_REST = 2.0
"""Seconds."""


def next_size(size: int, took: float) -> int:
    """How many conversations the next batch has when one of `size` took so many seconds: at most twice as many."""
    wanted = int(size * A_BATCH / max(took, 0.001))
    return max(FEWEST, min(MOST, 2 * size, wanted))


def rest_after(took: float, processor: float) -> float:
    """Seconds to rest after a batch that took `took` seconds on the clock and got `processor` seconds of a processor.

    As long as the batch where nobody was in the way; twice as slow, twice the rest of a batch that is itself longer.
    """
    slowed = took / max(processor, 0.001)
    return min(took * min(max(slowed, 1.0), MOST_RESTS), LONGEST_REST)


class Pace:
    """The pace of one turn. `size`: of the next batch; `fixed` where the caller has said it."""

    def __init__(self, *, fixed: int | None = None, sleep: Callable[[float], object] | None = None) -> None:
        self._fixed = fixed
        self._sleep = sleep or time.sleep
        self.size = fixed or FIRST
        self._began = self._processor = 0.0

    def begin(self) -> None:
        """A batch begins."""
        self._began, self._processor = time.monotonic(), time.thread_time()

    def rest(self) -> None:
        """It is done: rest, and choose the next one's size."""
        took, processor = time.monotonic() - self._began, time.thread_time() - self._processor
        self.size = self._fixed or next_size(self.size, took)
        self._sleep(rest_after(took, processor))
