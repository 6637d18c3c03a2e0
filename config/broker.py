"""How a worker asks Redis for work, and how it gives back what is done.

In which order: texts that somebody waits for, then everything else and campaigns in turns. A fixed order would let what
comes always hold up what comes last: on a machine that is behind with its periodic work no campaign would ever go on.

What is done: kombu counts a task as under way until Redis has heard that it is done. When Redis was away at that moment
the task would count for good, and after as many of those as a worker takes at a time it would take none any more, and
look alive. Here it counts no longer; Redis hands it out once more, later, and every task may run twice.

What is under way when a connection breaks: kombu gives it back to Redis while it closes the connection, and where that
cannot be done the worker ended. Here Redis hands that out once more as well.

What is begun: kombu notes it in Redis, and where a full Redis notes nothing the worker ended. Here it is done all the
same; if the worker dies meanwhile, the sweeps find what was to be done.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kombu.transport import redis, virtual
from kombu.utils.scheduling import round_robin_cycle

log = logging.getLogger("parley.broker")

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


class ForgettingQoS(redis.QoS):
    """What this worker has under way, whether or not Redis can be told of its end."""

    def append(self, message: Any, delivery_tag: str) -> None:
        """It is under way, whether or not Redis can note that: a full one hands out and notes nothing."""
        try:
            super().append(message, delivery_tag)
        except Exception as error:
            log.warning("task_not_noted", extra={"error": type(error).__name__})
            virtual.QoS.append(self, message, delivery_tag)

    def ack(self, delivery_tag: str) -> None:
        """It is done. Raises what Redis does; it is under way no longer then either."""
        with self._over(delivery_tag):
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """It is not to be done here. Raises what Redis does; it is under way no longer then either."""
        with self._over(delivery_tag):
            super().reject(delivery_tag, requeue=requeue)

    def restore_unacked(self, client: Any = None) -> None:
        """Give back what is under way, as the connection ends. Raises nothing: the worker is to go on with another."""
        try:
            super().restore_unacked(client)
        except Exception as error:  # also kombu's own, of a connection that it has taken apart already
            under_way: dict[str, Any] = self._delivered or {}
            log.warning("tasks_not_given_back", extra={"tasks": len(under_way), "error": type(error).__name__})
            under_way.clear()

    @contextmanager
    def _over(self, delivery_tag: str) -> Iterator[None]:
        try:
            yield
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise


def install() -> None:
    """For every channel of this process."""
    redis.Channel.QoS = ForgettingQoS
