"""How the time of a function grows with its input, for what an attacker may send. Not for speed: that is `bench/`."""

import time
from collections.abc import Callable

TRIES = 6


def grows_in_step(work: Callable[[int], object], *, size: int, times: int, at_most: float, floor: float) -> bool:
    """Whether `work(size * times)` takes at most `at_most` times as long as `work(size)`, and that at least `floor` s.

    Processor time, the best of each so far: other programs and the garbage collector only ever make one slower. What
    grows with the square is over the limit each time.
    """
    work(size)
    small = large = float("inf")
    for _ in range(TRIES):
        small = min(small, _seconds(work, size))
        large = min(large, _seconds(work, size * times))
        if large < at_most * max(small, floor):
            return True
    return False


def _seconds(work: Callable[[int], object], size: int) -> float:
    started = time.process_time()
    work(size)
    return time.process_time() - started
