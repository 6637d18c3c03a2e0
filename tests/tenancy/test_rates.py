"""Rate limits: against a plain model, with many threads, and while Redis is dead, silent, full or restarted."""

import math
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from config.embedded.valkey import Valkey
from tenancy import local_rates, rates
from tenancy.gcra import Rate
from tenancy.local_rates import LocalRates
from tenancy.rates import Allowance, Spender, WhenAway

SLOW = 1_000_000.0  # seconds: so long that nothing comes back during a test


@pytest.fixture(scope="module")
def server() -> Iterator[Valkey]:
    with tempfile.TemporaryDirectory(prefix="rate-") as folder:
        valkey = Valkey(Path(folder) / "data", Path(folder), durable=False)
        valkey.start(subprocess.DEVNULL)
        yield valkey
        valkey.stop()


@pytest.fixture
def spender(server: Valkey) -> Spender:
    with redis.Redis.from_url(server.url) as client:
        client.flushdb()
    return Spender(server.url)


@pytest.fixture
def own_server() -> Iterator[Valkey]:
    """One that the test may stop."""
    with tempfile.TemporaryDirectory(prefix="rate-") as folder:
        valkey = Valkey(Path(folder) / "data", Path(folder), durable=False)
        valkey.start(subprocess.DEVNULL)
        yield valkey
        valkey.stop()


class Bucket:
    """The plain model: tokens in a bucket, refilled continuously."""

    def __init__(self, rate: Rate) -> None:
        self.unit, self.most = rate.unit, rate.most
        self.missing = 0  # microseconds of refilling
        self.at = 0

    def spend(self, cost: int, at: int) -> tuple[bool, int]:
        self.missing, self.at = max(0, self.missing - (at - self.at)), at
        if self.missing + cost * self.unit > self.most * self.unit:
            return False, (self.most * self.unit - self.missing) // self.unit
        self.missing += cost * self.unit
        return True, (self.most * self.unit - self.missing) // self.unit


def one(spender: Spender, name: str = "a", cost: int = 1, *, limit: int = 5, away: WhenAway = WhenAway.SMALL_BUDGET):
    return spender.spend_all(Rate(name, limit, SLOW, cost=cost), when_away=away)[0]


limits = st.integers(1, 50)
steps = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3_000_000)), max_size=40)


@given(limit=limits, burst=limits, per=st.floats(0.01, 60), steps=steps)
def test_what_a_process_grants_by_itself_is_what_a_bucket_of_tokens_would_grant(limit, burst, per, steps) -> None:
    local, now = LocalRates(), 10**12
    model = None
    for cost, pause in steps:
        now += pause
        small = local_rates._small(Rate("a", limit, per, burst, cost))
        model = model or Bucket(small)
        (answer,) = local.spend_all([Rate("a", limit, per, burst, cost)], now)
        assert (answer.allowed, answer.remaining) == model.spend(cost, now)


@settings(max_examples=60, deadline=None)
@given(limit=limits, burst=limits, costs=st.lists(st.integers(0, 8), max_size=30))
def test_redis_grants_what_a_bucket_of_tokens_would_grant_when_no_time_passes(server, limit, burst, costs) -> None:
    with redis.Redis.from_url(server.url) as client:
        client.flushdb()
    spender, model = Spender(server.url), Bucket(Rate("a", limit, SLOW * limit, burst))
    for cost in costs:
        (answer,) = spender.spend_all(Rate("a", limit, SLOW * limit, burst, cost), when_away=WhenAway.SMALL_BUDGET)
        assert (answer.allowed, answer.remaining) == model.spend(cost, 0)


def test_a_refused_request_passes_when_it_was_told_to_come_again_and_not_before(spender: Spender) -> None:
    rate = Rate("a", 10, 2.0, burst=2)  # one comes back in 0.2 s
    assert [spender.spend_all(rate, when_away=WhenAway.OPEN)[0].allowed for _ in range(3)] == [True, True, False]
    refused = spender.spend_all(rate, when_away=WhenAway.OPEN)[0]
    assert refused.retry_after is not None
    assert 0 < refused.retry_after <= 0.2
    assert refused.retry_after < refused.reset_after <= 0.4
    time.sleep(refused.retry_after + 0.001)
    assert spender.spend_all(rate, when_away=WhenAway.OPEN)[0].allowed


def test_the_answer_says_what_is_left_and_when_all_is_back(spender: Spender) -> None:
    first = one(spender, cost=2)
    assert (first.allowed, first.limit, first.remaining, first.retry_after) == (True, 5, 3, 0.0)
    assert math.isclose(first.reset_after, SLOW * 2 / 5, rel_tol=1e-3)


def test_a_cost_that_never_fits_says_so_and_spends_nothing(spender: Spender) -> None:
    assert one(spender, cost=6) == Allowance(False, 5, 5, None, 0.0)
    assert one(spender, cost=5).allowed


def test_a_cost_of_nothing_only_looks(spender: Spender, server: Valkey) -> None:
    assert one(spender, cost=0).remaining == 5
    with redis.Redis.from_url(server.url) as client:
        assert client.keys("*") == []


def test_many_threads_together_get_exactly_the_limit(spender: Spender) -> None:
    with ThreadPoolExecutor(24) as pool:
        granted = list(pool.map(lambda _: one(spender, limit=70).allowed, range(400)))
    assert sum(granted) == 70


def test_two_processes_share_a_limit(spender: Spender, server: Valkey) -> None:
    other = Spender(server.url)
    assert [one(each, limit=3).allowed for each in (spender, other, spender, other)] == [True, True, True, False]


def test_several_limits_are_spent_together_or_not_at_all(spender: Spender) -> None:
    wide, narrow = Rate("wide", 10, SLOW), Rate("narrow", 1, SLOW)
    both = [spender.spend_all(wide, narrow, when_away=WhenAway.OPEN) for _ in range(3)]
    assert [[each.allowed for each in answers] for answers in both] == [[True, True], [True, False], [True, False]]
    assert one(spender, "wide", cost=0, limit=10).remaining == 9


def test_two_limits_of_one_name_are_a_mistake(spender: Spender) -> None:
    with pytest.raises(ValueError, match="same name"):
        spender.spend_all(Rate("a", 1, 1), Rate("a", 2, 1), when_away=WhenAway.OPEN)


@pytest.mark.parametrize("wrong", [{"name": ""}, {"limit": 0}, {"per_seconds": 0}, {"burst": -1}, {"cost": -1}])
def test_a_limit_that_makes_no_sense_is_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match="A rate needs"):
        Rate(**{"name": "a", "limit": 1, "per_seconds": 1.0} | wrong)


def test_redis_sees_no_name_and_forgets_each_when_its_limit_is_full_again(spender: Spender, server: Valkey) -> None:
    spender.spend_all(Rate("to/+14155550123", 10, 20.0), when_away=WhenAway.OPEN)
    with redis.Redis.from_url(server.url) as client:
        (key,) = client.keys("*")
        assert b"4155550123" not in key + client.get(key)
        assert 0 < client.pttl(key) <= 2_000


def test_the_clock_is_redis_own(spender: Spender, server: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 0.0)
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    assert [one(spender, limit=1).allowed for _ in range(2)] == [True, False]


def test_a_restart_between_two_requests_is_not_noticed(own_server: Valkey) -> None:
    spender = Spender(own_server.url)
    assert one(spender).remaining == 4
    own_server.stop()
    own_server.start(subprocess.DEVNULL)
    assert one(spender).remaining == 4  # asked Redis, which has forgotten; a process by itself would say otherwise
    assert spender._away_until is None


@pytest.mark.parametrize("how", ["dead", "silent"])
def test_without_redis_money_is_spent_from_a_small_budget_and_reads_go_on(
    own_server: Valkey, how: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "AWAY_SECONDS", 600.0)
    spender = Spender(own_server.url)
    assert one(spender, limit=1000).remaining == 999
    assert own_server.child is not None
    if how == "dead":
        own_server.stop()
    else:
        os.kill(own_server.child.pid, signal.SIGSTOP)
    try:
        granted = [one(spender, limit=1000) for _ in range(300)]
        assert sum(each.allowed for each in granted) == 100  # a tenth of the limit
        assert granted[-1].retry_after is not None
        assert granted[-1].retry_after > 0
        assert all(one(spender, limit=1000, away=WhenAway.OPEN).allowed for _ in range(300))
    finally:
        if how == "silent":
            os.kill(own_server.child.pid, signal.SIGCONT)
    assert [record.message for record in caplog.records].count("rates_without_redis") == 1


def test_a_silent_redis_is_waited_for_once_for_all_that_follow(
    own_server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "AWAY_SECONDS", 600.0)
    spender, asked = Spender(own_server.url), []
    ask = spender._ask
    monkeypatch.setattr(spender, "_ask", lambda rates: asked.append(1) or ask(rates))
    assert own_server.child is not None
    os.kill(own_server.child.pid, signal.SIGSTOP)
    try:
        for _ in range(50):
            one(spender)
    finally:
        os.kill(own_server.child.pid, signal.SIGCONT)
    assert len(asked) == 1


def test_when_redis_is_back_one_request_finds_out_and_all_count_there_again(
    own_server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "AWAY_SECONDS", 0.05)
    spender = Spender(own_server.url)
    own_server.stop()
    assert [one(spender, limit=20).allowed for _ in range(11)] == [True] * 10 + [False]
    own_server.start(subprocess.DEVNULL)
    limit = time.monotonic() + 20
    while spender._away_until is not None and time.monotonic() < limit:
        one(spender, "other")
        time.sleep(0.01)
    assert one(spender, limit=20).remaining == 19


def test_what_is_too_much_without_redis_may_be_tried_again_soon(own_server: Valkey) -> None:
    spender = Spender(own_server.url)
    own_server.stop()
    assert one(spender, cost=50, limit=100).retry_after == rates.AWAY_SECONDS
    assert one(spender, cost=101, limit=100).retry_after is None


def test_a_redis_that_is_full_counts_as_away(own_server: Valkey) -> None:
    with redis.Redis.from_url(own_server.url) as client:
        client.config_set("maxmemory", "1")
    spender = Spender(own_server.url)
    assert one(spender).allowed
    assert spender._away_until is not None


def test_new_names_are_no_way_around_the_small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_rates, "MOST_NAMES", 3)
    local = LocalRates()
    asked = [local.spend_all([Rate(f"name {n}", 1, 10.0)], 0)[0] for n in range(5)]
    assert [each.allowed for each in asked] == [True, True, True, False, False]
    assert not local.spend_all([Rate("name 0", 1, 10.0)], 1)[0].allowed  # those that are known are still counted
    assert local.spend_all([Rate("name 9", 1, 10.0)], 101_000_000)[0].allowed  # and forgotten when they are full again


def test_the_systems_own_limits_are_counted_in_its_redis(redis_client) -> None:
    answers = [rates.spend("tests/own", limit=2, per_seconds=SLOW).allowed for _ in range(3)]
    assert answers == [True, True, False]
    assert len(redis_client.keys("rate:*")) == 1
