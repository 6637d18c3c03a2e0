"""Rate limits that all processes share: `spend` asks Redis, in one script, by Redis' clock.

They are for speed: how often somebody may ask. What is counted because it costs money is counted in PostgreSQL, in the
transaction that spends it (`texting.limits`). Redis may be gone or silent: a request then waits TIMEOUT once, the
process remembers for AWAY_SECONDS that nobody answers, and goes on by itself as the caller says: `SMALL_BUDGET` for
what costs money or guards a secret, `OPEN` for reads.

Names may hold anything; Redis sees only a keyed hash of them, so a number in a name stays a secret.
"""

import logging
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cache

import redis
from django.conf import settings
from django.utils.crypto import salted_hmac

from tenancy.gcra import Allowance, Rate
from tenancy.local_rates import LocalRates
from tenancy.redis_client import connect

__all__ = ["Allowance", "Rate", "Spender", "WhenAway", "spend", "spend_all"]

TIMEOUT = 0.25  # seconds for connecting, and for an answer
AWAY_SECONDS = 1.0  # then one request tries Redis again

log = logging.getLogger("parley.rates")

# All of the limits or none: KEYS are their moments, ARGV their increments and tolerances in turn, in microseconds. Each
# answer is {how long until it passes, how long until all is back}. %.0f because Lua writes long numbers as 1.7e+15.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full, answers, allowed = {}, {}, true
for i, key in ipairs(KEYS) do
  full[i] = math.max(tonumber(redis.call('GET', key) or now), now)
  local wait = full[i] + ARGV[2 * i - 1] - ARGV[2 * i] - now
  allowed = allowed and wait <= 0
  answers[i] = {wait, full[i] - now}
end
if allowed then
  for i, key in ipairs(KEYS) do
    local ahead = full[i] + ARGV[2 * i - 1] - now
    if ahead > 0 then
      redis.call('SET', key, string.format('%.0f', now + ahead), 'PX', string.format('%.0f', math.ceil(ahead / 1000)))
    end
    answers[i][2] = ahead
  end
end
return answers
"""


class WhenAway(StrEnum):
    """What a process does while Redis does not answer."""

    SMALL_BUDGET = "small_budget"
    OPEN = "open"


class Spender:
    """Asks one Redis. One for a process; used by all its threads, and by a forked child from its own beginning."""

    def __init__(self, url: str) -> None:
        client = connect(url, wait=TIMEOUT)
        self._script = client.register_script(_SCRIPT)
        self._begin()
        os.register_at_fork(after_in_child=self._begin)  # a lock may be held by a thread that the child does not have

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._local = LocalRates()
        self._away_until: float | None = None

    def spend_all(self, *rates: Rate, when_away: WhenAway) -> list[Allowance]:
        """Spend each rate's cost, or nothing at all when one of them refuses; the answers in the same order.

        A cost of 0 only looks. Raises ValueError when two rates have the same name. Never raises for Redis' sake.
        """
        if len({rate.name for rate in rates}) != len(rates):
            raise ValueError("Two limits have the same name.")
        if not rates:
            return []
        if self._worth_trying():
            try:
                answers = self._ask(rates)
            except redis.RedisError as error:
                self._went_away(error)
            else:
                self._came_back()
                return [
                    rate.allowance(wait=int(wait), ahead=int(ahead))
                    for rate, (wait, ahead) in zip(rates, answers, strict=True)
                ]
        if when_away is WhenAway.OPEN:
            return [Allowance(True, rate.most, rate.most, 0.0, 0.0) for rate in rates]
        answers_here = self._local.spend_all(rates, time.monotonic_ns() // 1000)
        return [
            # More than a process grants by itself is not too much for ever: Redis may be back soon.
            replace(answer, retry_after=AWAY_SECONDS)
            if answer.retry_after is None and rate.cost <= rate.most
            else answer
            for rate, answer in zip(rates, answers_here, strict=True)
        ]

    def _ask(self, rates: Sequence[Rate]) -> list[tuple[int, int]]:
        times = [micros for rate in rates for micros in (rate.increment, rate.tolerance)]
        answers: list[tuple[int, int]] = self._script(keys=[_key(rate.name) for rate in rates], args=times)
        return answers

    def _worth_trying(self) -> bool:
        """Whether this request asks Redis: always when it is there; while it is away one a second does."""
        if self._away_until is None:  # looked at without the lock: the usual case must cost nothing
            return True
        with self._lock:
            now = time.monotonic()
            if self._away_until is not None and now < self._away_until:
                return False
            self._away_until = now + AWAY_SECONDS  # others go on meanwhile
            return True

    def _went_away(self, error: Exception) -> None:
        with self._lock:
            first = self._away_until is None
            self._away_until = time.monotonic() + AWAY_SECONDS
        if first:
            log.error("rates_without_redis", extra={"error": type(error).__name__})

    def _came_back(self) -> None:
        if self._away_until is None:
            return
        with self._lock:
            self._away_until = None
        self._local.forget()
        log.warning("rates_with_redis_again")


def spend(
    name: str,
    *,
    limit: int,
    per_seconds: float,
    burst: int = 0,
    cost: int = 1,
    when_away: WhenAway = WhenAway.SMALL_BUDGET,
) -> Allowance:
    """Spend `cost` of the limit called `name`: `limit` in `per_seconds`, at most `burst` at once (default: `limit`)."""
    (allowance,) = spend_all(Rate(name, limit, per_seconds, burst, cost), when_away=when_away)
    return allowance


def spend_all(*rates: Rate, when_away: WhenAway = WhenAway.SMALL_BUDGET) -> list[Allowance]:
    """Spend several limits together in one round trip: all of them, or none when one refuses."""
    return _spender().spend_all(*rates, when_away=when_away)


@cache
def _spender() -> Spender:
    return Spender(settings.REDIS_URL)


def _key(name: str) -> str:
    return "rate:" + salted_hmac("tenancy.rates", name, algorithm="sha256").hexdigest()[:32]
