"""Signs of life of the processes that nobody visits: the worker and the clock (Celery beat).

Each writes the time into Redis; the health page reads how long ago that was. Losing Redis loses nothing but some
seconds of knowledge.
"""

import contextlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    import redis

KEPT_SECONDS = 3600
WORKERS = "parley:alive:workers"  # a hash: worker -> JSON of its last sign


class Part(StrEnum):
    """Who gives the sign, as the name under which Redis keeps it."""

    WORKER = "parley:alive:worker"
    CLOCK = "parley:alive:clock"


@cache
def _client() -> "redis.Redis":
    from tenancy.redis_client import connect  # late: the local supervisor wants the names only and none of its memory

    # Short, because a stalled Redis must stall neither the worker's own loop nor the health page.
    return connect(settings.REDIS_URL, wait=1)


def note(part: Part) -> None:
    """Say that this part works, now. Without Redis nothing is said, and the part works on."""
    from redis import RedisError

    with contextlib.suppress(RedisError):
        _client().set(part, repr(time.time()), ex=KEPT_SECONDS)


@dataclass(frozen=True)
class Worker:
    """One worker: its name (process and machine), the queues that it empties, seconds since its last sign."""

    name: str
    queues: tuple[str, ...]
    silence: float


def note_worker(name: str, queues: Sequence[str]) -> None:
    """Say that this worker works, now, and on which queues."""
    from redis import RedisError

    sign = json.dumps({"at": time.time(), "queues": list(queues)})
    with contextlib.suppress(RedisError), _client().pipeline(transaction=False) as together:
        together.set(Part.WORKER, repr(time.time()), ex=KEPT_SECONDS)
        together.hset(WORKERS, name, sign)
        together.expire(WORKERS, KEPT_SECONDS)
        together.execute()


def workers() -> list[Worker]:
    """Every worker that gave a sign in the last hour, by name. Raises `redis.RedisError`."""
    found, now = [], time.time()
    for name, value in sorted(_client().hgetall(WORKERS).items()):
        sign = json.loads(value)
        age = max(0.0, now - float(sign["at"]))
        if age <= KEPT_SECONDS:
            found.append(Worker(_text(name), tuple(sign["queues"]), age))
        else:
            _client().hdel(WORKERS, name)
    return found


def silence(part: Part) -> float | None:
    """Seconds since the last sign; None when there was none in the last hour. Raises `redis.RedisError`."""
    value = _client().get(part)
    return max(0.0, time.time() - float(value)) if isinstance(value, bytes) else None


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
