"""The arithmetic of rate limits: the generic cell rate algorithm, in whole microseconds. Plain values: no clock.

A limit is a bucket of `burst` that fills up again at `limit` in `per_seconds`. What it keeps is one moment, at which it
will be full again (the "theoretical arrival time" of ITU-T I.371); a request moves that moment on by its cost and is
refused when it would lie further ahead than a full bucket takes to fill. Units are rounded up, so a limit is never
exceeded, and one moment is all that has to be stored.
"""

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Allowance:
    """The answer to one request.

    `limit`: the most that can be spent at once; `remaining`: what is left of it now. `retry_after`: seconds until the
    same request would pass, 0.0 when it passed, None when it never will (it costs more than `limit`). `reset_after`:
    seconds until all of `limit` is there again.
    """

    allowed: bool
    limit: int
    remaining: int
    retry_after: float | None
    reset_after: float


@dataclass(frozen=True, slots=True)
class Rate:
    """`limit` in each `per_seconds` in the long run, and at most `burst` at once (default: `limit`).

    `name` says what is counted for whom: "api/token/<id>". Raises ValueError for limits that make no sense.
    """

    name: str
    limit: int
    per_seconds: float
    burst: int = 0
    cost: int = 1

    def __post_init__(self) -> None:
        if not self.name or self.limit < 1 or self.per_seconds <= 0 or self.burst < 0 or self.cost < 0:
            raise ValueError("A rate needs a name, a positive limit and time, and no negative burst or cost.")

    @property
    def most(self) -> int:
        """What can be spent at once."""
        return self.burst or self.limit

    @property
    def unit(self) -> int:
        """Microseconds in which one comes back."""
        return ceil(self.per_seconds * 1_000_000 / self.limit)

    @property
    def increment(self) -> int:
        """Microseconds by which this request puts off the moment at which all is there again."""
        return self.unit * self.cost

    @property
    def tolerance(self) -> int:
        """Microseconds that an empty bucket takes to fill."""
        return self.unit * self.most

    def allowance(self, *, wait: int, ahead: int) -> Allowance:
        """The answer, from microseconds: `wait` until the request passes (<= 0: now), `ahead` until all is back."""
        retry = 0.0 if wait <= 0 else wait / 1_000_000
        return Allowance(
            allowed=wait <= 0,
            limit=self.most,
            remaining=max(0, (self.tolerance - ahead) // self.unit),
            retry_after=None if self.cost > self.most else retry,
            reset_after=ahead / 1_000_000,
        )
