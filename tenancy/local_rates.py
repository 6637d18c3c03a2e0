"""What one process lets through by itself while Redis is away: a tenth of each limit, so that texts that cost money
neither stop nor run off."""

import threading
from collections.abc import Sequence

from tenancy.gcra import Allowance, Rate

SHARE = 10  # a limit is divided by this, since there are several processes
SMALLEST = 10  # ... but this many may go at once, if the limit itself allows them
MOST_NAMES = 10_000  # remembered at once; further ones are refused, or else new names would be a way around


class LocalRates:
    """The limits of one process. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._full_again: dict[str, int] = {}  # by name: the microsecond at which all is there again

    def spend_all(self, rates: Sequence[Rate], now: int) -> list[Allowance]:
        """Spend on all of `rates`, or on none when one refuses. `now`: microseconds of a clock that only goes on."""
        small = [_small(rate) for rate in rates]
        with self._lock:
            room = self._room(small, now)
            full = [max(self._full_again.get(rate.name, now), now) for rate in small]
            waits = [at + rate.increment - rate.tolerance - now for rate, at in zip(small, full, strict=True)]
            if not room:
                waits = [max(wait, rate.unit) for wait, rate in zip(waits, small, strict=True)]
            elif max(waits) <= 0:
                full = [at + rate.increment for rate, at in zip(small, full, strict=True)]
                self._full_again.update({rate.name: at for rate, at in zip(small, full, strict=True)})
        return [rate.allowance(wait=wait, ahead=at - now) for rate, wait, at in zip(small, waits, full, strict=True)]

    def forget(self) -> None:
        """Begin anew: Redis counts again."""
        with self._lock:
            self._full_again.clear()

    def _room(self, rates: Sequence[Rate], now: int) -> bool:
        """Whether all names can be remembered; those that are full again are forgotten for it."""
        new = sum(rate.name not in self._full_again for rate in rates)
        if len(self._full_again) + new <= MOST_NAMES:
            return True
        if not new:
            return True
        self._full_again = {name: at for name, at in self._full_again.items() if at > now}
        return len(self._full_again) + new <= MOST_NAMES


def _small(rate: Rate) -> Rate:
    """The share of one process."""
    most = max(min(rate.most, SMALLEST), rate.most // SHARE)
    return Rate(rate.name, rate.limit, rate.per_seconds * SHARE, most, rate.cost)
