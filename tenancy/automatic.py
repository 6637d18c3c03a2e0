"""Which rule of the organization acts now, if one does: what it does names it, and it must not set itself off for ever.

A use case does the same whoever asks for it. What it writes down for people and in the log says by which rule it was
done, and what hears of it knows how far it is from what a person or a customer did.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Acting:
    """A rule at work. `depth`: 0 where a person, a customer or the clock set it off, one more for each rule between."""

    rule: UUID
    name: str
    depth: int = 0


_now: ContextVar[Acting | None] = ContextVar("acting", default=None)


def acting() -> Acting | None:
    """The rule that acts at this moment in this thread."""
    return _now.get()


@contextmanager
def acting_as(rule: Acting) -> Iterator[None]:
    """What is done inside is done by this rule."""
    token = _now.set(rule)
    try:
        yield
    finally:
        _now.reset(token)
