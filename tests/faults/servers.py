"""The run's own PostgreSQL and Valkey, stopped and started under the running system."""

import os
import signal
import time

import psycopg
import redis
from django.db import connections

from config.embedded import pytest_services


def _services() -> pytest_services.Services:
    [running] = pytest_services._running
    return running


def stop_postgres() -> None:
    """At once, as `pg_ctl -m immediate` does: nothing is finished, it recovers at its next start."""
    connections.close_all()
    for connection in connections.all():
        connection.close_pool()
    child = _services().postgres.child
    assert child is not None
    child.process.send_signal(signal.SIGQUIT)
    child.wait_until_stopped(20)


def start_postgres() -> None:
    with (_services().folder / "services.log").open("ab") as log:
        _services().postgres.start(log)


def end_backends() -> int:
    """Terminate every session of web and workers. Returns how many."""
    address = os.environ["DATABASE_URL"].replace("//parley_app@", "//postgres@", 1)
    connections.close_all()
    with psycopg.connect(address, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND usename = 'parley_app'"
        ).fetchall()
    return len(rows)


def restart_valkey(*, seconds_away: float) -> None:
    """Killed; what it held is gone, since it keeps no file."""
    valkey = _services().valkey
    assert valkey.child is not None
    valkey.child.process.kill()
    valkey.child.wait_until_stopped(10)
    time.sleep(seconds_away)
    with (_services().folder / "services.log").open("ab") as log:
        valkey.start(log)


def redis_client() -> redis.Redis:
    """Past the proxy."""
    return redis.Redis.from_url(os.environ["REDIS_URL"])
