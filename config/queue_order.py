"""In which order a worker asks for work: texts that somebody waits for, then everything else and campaigns in turns.

A fixed order would let what comes always hold up what comes last: on a machine that is behind with its periodic work no
campaign would ever go on.
"""

from typing import TYPE_CHECKING

from kombu.utils.scheduling import round_robin_cycle

ANSWERS = "answers"
if TYPE_CHECKING:
    _Cycle = round_robin_cycle[str]
else:
    _Cycle = round_robin_cycle  # knows no types when it runs


class AnswersFirst(_Cycle):
    """Named in `config/celery.py`. Of the queues after the first, the one that gave work last is asked last."""

    def consume(self, n: int) -> list[str]:  # type: ignore[override]  # it is gone through more than once
        """The first `n` queues."""
        return sorted(self.items or (), key=lambda name: name != ANSWERS)[:n]
