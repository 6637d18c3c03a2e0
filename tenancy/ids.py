"""Time-ordered public ids: UUIDv7 (RFC 9562, section 5.7), made before the insert.

An id is part of what an encrypted column is bound to, so the database cannot be the one to make it.
"""

import os
import threading
import time
import uuid
from datetime import UTC, datetime

_lock = threading.Lock()
_last_ms = 0
_counter = 0
_COUNTER_BITS = 12


def new_id() -> uuid.UUID:
    """A UUIDv7. Ids of one process grow strictly: the 12 bits after the time are a counter that starts at random."""
    global _last_ms, _counter  # noqa: PLW0603 - one clock for the process
    random_tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    with _lock:
        now = time.time_ns() // 1_000_000
        if now > _last_ms:
            _last_ms, _counter = now, int.from_bytes(os.urandom(2), "big") >> 6
        else:
            _counter += 1
            if _counter >> _COUNTER_BITS:
                _last_ms, _counter = _last_ms + 1, 0
        value = (_last_ms << 80) | (0x7 << 76) | (_counter << 64) | (0b10 << 62) | random_tail
    return uuid.UUID(int=value)


def first_id(moment: datetime) -> uuid.UUID:
    """The smallest id that can have been made at this (aware) moment or later: a range of ids is a range of time."""
    return uuid.UUID(int=(int(moment.timestamp() * 1000) << 80) | (0x7 << 76) | (0b10 << 62))


def made_at(made: uuid.UUID) -> datetime:
    """When an id of `new_id` was made, to the millisecond."""
    return datetime.fromtimestamp((made.int >> 80) / 1000, UTC)
