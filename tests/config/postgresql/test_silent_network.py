"""A network that swallows packets is noticed in seconds: by the kernel, which is told how long it may wait."""

import os
import socket
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import redis
from django.conf import settings
from django.core.cache import cache

from config import env
from config.postgresql.base import DatabaseWrapper
from tests.faults.proxy import Proxy, proxies


@pytest.fixture
def line() -> Iterator[Proxy]:
    """The way to the tests' own server, over TCP as in production."""
    folder = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"][0]
    with proxies(postgres=f"{folder}/.s.PGSQL.5432") as lines:
        yield lines["postgres"]


def open_as_configured(line: Proxy, monkeypatch: pytest.MonkeyPatch, query: str = "") -> DatabaseWrapper:
    user = urlsplit(os.environ["DATABASE_URL"]).username
    monkeypatch.setenv(
        "SOME_DATABASE_URL", f"postgresql://{user}@127.0.0.1:{line.port}/postgres?sslmode=disable{query}"
    )
    usual = dict(settings.DATABASES["default"])
    return DatabaseWrapper({**usual, **env.database("SOME_DATABASE_URL", pool=0)}, alias="silent")


def options_of(opened: DatabaseWrapper) -> dict[str, int]:
    """What the kernel says of the connection that is open now."""
    opened.ensure_connection()
    try:
        with socket.socket(fileno=os.dup(opened.connection.fileno())) as held:
            return {
                "keepalive": held.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
                "idle": held.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
                "interval": held.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
                "count": held.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
                "unanswered": held.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
            }
    finally:
        opened.close()


@pytest.mark.django_db
@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this kernel cannot be told")
def test_an_open_connection_to_the_database_is_given_up_after_ten_seconds_of_silence(line, monkeypatch):
    told = options_of(open_as_configured(line, monkeypatch))
    assert told == {"keepalive": 1, "idle": 5, "interval": 2, "count": 3, "unanswered": 10_000}


@pytest.mark.django_db
@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this kernel cannot be told")
def test_the_address_may_say_otherwise(line, monkeypatch):
    told = options_of(open_as_configured(line, monkeypatch, "&tcp_user_timeout=30000&keepalives_idle=60"))
    assert (told["unanswered"], told["idle"], told["interval"]) == (30_000, 60, 2)


def test_a_redis_that_says_nothing_is_given_up_after_a_second(monkeypatch):
    """What is given up is only a doorbell: `texting.doorbells` and the mails' bell are lost, the rows stay."""
    options = settings.CACHES["default"]["OPTIONS"]
    assert options["socket_timeout"] == options["socket_connect_timeout"] == 1
    client = cache._cache.get_client()  # Django's own, as doorbells use it
    assert isinstance(client, redis.Redis)
    held = client.connection_pool.get_connection()
    try:
        assert held.socket_timeout == 1
    finally:
        client.connection_pool.release(held)
