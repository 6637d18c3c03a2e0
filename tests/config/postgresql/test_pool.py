"""A server that is away is an answer at once; one that is back is used at once."""

import os
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connections
from psycopg_pool import PoolTimeout

from config.postgresql import pool as pools
from config.postgresql.pool import WatchfulPool
from tests.faults.proxy import Mode, Proxy, proxies

LONG = 60.0  # seconds: whoever is told earlier was not told by the time-out
TOLD_BEFORE = 20.0  # generous, for a busy machine


@pytest.fixture
def line() -> Iterator[Proxy]:
    """The way to the tests' own server."""
    folder = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"][0]
    with proxies(postgres=f"{folder}/.s.PGSQL.5432") as lines:
        yield lines["postgres"]


@pytest.fixture
def pool(line: Proxy) -> Iterator[WatchfulPool]:
    address = urlsplit(os.environ["DATABASE_URL"])
    conninfo = f"host=127.0.0.1 port={line.port} user={address.username} dbname=postgres sslmode=disable"
    with WatchfulPool(conninfo=conninfo, kwargs={"autocommit": True}, min_size=1, max_size=5, timeout=LONG) as made:
        yield made


def ask(pool: WatchfulPool) -> int:
    """What the server says through a connection of the pool."""
    with pool.connection() as connection:
        [row] = connection.execute("SELECT 7").fetchall()
        return int(row[0])


def ask_until_it_answers(pool: WatchfulPool) -> int:
    end = time.monotonic() + LONG
    while True:
        try:
            return ask(pool)
        except PoolTimeout:
            assert time.monotonic() < end, "the server is back and is not used"
            time.sleep(0.05)


def hold(pool: WatchfulPool, count: int) -> None:
    """Let the pool have so many idle connections."""
    held = [pool.getconn() for _ in range(count)]
    for one in held:
        pool.putconn(one)


@pytest.mark.django_db
def test_the_products_databases_use_this_pool() -> None:
    default: Any = connections["default"]
    options = {**default.settings_dict["OPTIONS"], "pool": {"min_size": 1, "max_size": 2, "timeout": 5}}
    wrapper = type(default)({**default.settings_dict, "OPTIONS": options}, alias="tried")
    try:
        assert isinstance(wrapper.pool, WatchfulPool)
        assert wrapper.pool is wrapper.pool
        with wrapper.cursor() as cursor:
            cursor.execute("SELECT 7")
            assert cursor.fetchone() == (7,)
        assert type(default)({**default.settings_dict, "OPTIONS": options}, alias="__no_db__").pool is None
    finally:
        wrapper.close()
        wrapper.close_pool()


@pytest.mark.parametrize("idle", [0, 4])
def test_a_server_that_refuses_is_said_to_be_away_long_before_the_time_out(
    line: Proxy, pool: WatchfulPool, idle: int
) -> None:
    hold(pool, idle)
    line.mode = Mode.REFUSE
    line.reset_all()
    begun = time.monotonic()
    for _ in range(20):
        with pytest.raises(PoolTimeout):
            ask(pool)
    assert time.monotonic() - begun < TOLD_BEFORE


def test_everybody_who_waits_is_told(line: Proxy, pool: WatchfulPool) -> None:
    line.mode = Mode.REFUSE
    line.reset_all()
    told: list[Exception] = []

    def wait() -> None:
        try:
            ask(pool)
        except PoolTimeout as error:
            told.append(error)

    threads = [threading.Thread(target=wait) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TOLD_BEFORE)
    assert len(told) == 12


def test_a_server_that_is_back_is_used_again(line: Proxy, pool: WatchfulPool) -> None:
    hold(pool, 3)
    for _ in range(2):
        line.mode = Mode.REFUSE
        line.reset_all()
        with pytest.raises(PoolTimeout):
            ask(pool)
        line.mode = Mode.PASS
        assert ask_until_it_answers(pool) == 7


def test_after_a_restart_the_first_question_is_answered_although_every_idle_connection_is_dead(
    line: Proxy, pool: WatchfulPool
) -> None:
    hold(pool, 5)
    line.reset_all()
    before = pool.get_stats()["connections_num"]
    assert ask(pool) == 7
    assert pool.get_stats()["connections_num"] > before + 1  # all are replaced, not only the one that was met


def test_a_pool_whose_connections_are_all_in_use_is_waited_for(pool: WatchfulPool) -> None:
    held = [pool.getconn() for _ in range(5)]
    back = threading.Timer(pools.FIRST_SECONDS * 3, lambda: pool.putconn(held.pop()))
    back.start()
    again = pool.getconn(LONG)
    back.join()
    for one in [again, *held]:
        pool.putconn(one)
