"""Argon2id at the least cost, for tests; and what the product sets, for the test that looks at it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from accounts.passwords import Argon2id

COSTS = {name: getattr(Argon2id, name) for name in ("time_cost", "memory_cost", "parallelism")}
"""As the product has them: this module is imported before anything is changed."""


@contextmanager
def _costing(**costs: int) -> Iterator[None]:
    before = {name: getattr(Argon2id, name) for name in costs}
    for name, value in costs.items():
        setattr(Argon2id, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(Argon2id, name, value)


def quick() -> AbstractContextManager[None]:
    """One pass through 64 KiB."""
    return _costing(time_cost=1, memory_cost=64)


def as_in_the_product() -> AbstractContextManager[None]:
    """For tests about the time that a password takes."""
    return _costing(**COSTS)
