"""Argon2id at the least cost, for tests; and what the product sets, for the test that looks at it."""

from collections.abc import Iterator
from contextlib import contextmanager

from accounts.passwords import Argon2id

COSTS = {name: getattr(Argon2id, name) for name in ("time_cost", "memory_cost", "parallelism")}
"""As the product has them: this module is imported before anything is changed."""


@contextmanager
def quick() -> Iterator[None]:
    """One pass through 64 KiB."""
    Argon2id.time_cost, Argon2id.memory_cost = 1, 64
    try:
        yield
    finally:
        Argon2id.time_cost, Argon2id.memory_cost = COSTS["time_cost"], COSTS["memory_cost"]
