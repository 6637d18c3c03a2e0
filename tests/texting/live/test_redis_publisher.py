"""Sending live events while Redis is well, dead and silent."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from config.embedded.valkey import Valkey
from texting.live import redis_publisher
from texting.live.redis_publisher import RESYNC, TIMEOUT, Publisher


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Valkey]:
    monkeypatch.setattr(redis_publisher, "RETRY_SECONDS", 0.1)
    with tempfile.TemporaryDirectory(prefix="pub-") as folder:
        valkey = Valkey(Path(folder) / "data", Path(folder), durable=False)
        valkey.start(subprocess.DEVNULL)
        yield valkey
        valkey.stop()


class Ear:
    """Listens to the given channels."""

    def __init__(self, server: Valkey, *channels: str) -> None:
        self.pubsub = redis.Redis.from_url(server.url).pubsub()
        self.pubsub.subscribe(*channels)
        for _ in channels:
            self.pubsub.get_message(timeout=3)

    def next(self, seconds: float = 5) -> tuple[str, str] | None:
        message = self.pubsub.get_message(timeout=seconds)
        return message and (message["channel"].decode(), message["data"].decode())

    def close(self) -> None:
        self.pubsub.close()


def seconds_to_send(publisher: Publisher, channel: str) -> float:
    begun = time.monotonic()
    publisher.send(channel, '{"kind":"note"}')
    return time.monotonic() - begun


def test_an_event_is_sent_as_it_is(server: Valkey) -> None:
    ear = Ear(server, "live:a")
    Publisher(server.url).send("live:a", '{"kind":"note"}')
    assert ear.next() == ("live:a", '{"kind":"note"}')
    ear.close()


def test_a_restart_of_redis_between_two_events_loses_none(server: Valkey) -> None:
    publisher = Publisher(server.url)
    publisher.send("live:a", '{"kind":"note"}')
    server.stop()
    server.start(subprocess.DEVNULL)
    ear = Ear(server, "live:a")
    publisher.send("live:a", '{"kind":"status"}')
    assert ear.next() == ("live:a", '{"kind":"status"}')
    ear.close()


def test_a_silent_redis_is_waited_for_once_and_briefly_then_everyone_is_told_to_fetch_anew(server: Valkey) -> None:
    publisher, ear = Publisher(server.url), Ear(server, "live:a", "live:b")
    assert server.child is not None
    os.kill(server.child.pid, signal.SIGSTOP)
    try:
        assert seconds_to_send(publisher, "live:a") < TIMEOUT * 3
        assert max(seconds_to_send(publisher, channel) for channel in ("live:a", "live:b") * 50) < 0.05
    finally:
        os.kill(server.child.pid, signal.SIGCONT)
    heard = {ear.next(), ear.next()}
    while heard != {("live:a", RESYNC), ("live:b", RESYNC)}:
        message = ear.next()
        assert message is not None, heard
        heard = {entry for entry in heard | {message} if entry and entry[1] == RESYNC}
    ear.close()


def test_a_dead_redis_costs_nothing_and_is_made_up_for_when_it_is_back(
    server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_publisher, "RETRY_SECONDS", 1.5)  # long enough to begin to listen before it
    publisher = Publisher(server.url)
    server.stop()
    assert seconds_to_send(publisher, "live:a") < TIMEOUT
    server.start(subprocess.DEVNULL)
    ear = Ear(server, "live:a", "live:c")
    heard = ear.next()
    assert heard == ("live:a", RESYNC)
    deadline = time.monotonic() + 3
    while publisher._down and time.monotonic() < deadline:
        time.sleep(0.01)
    publisher.send("live:c", '{"kind":"note"}')
    assert ear.next() == ("live:c", '{"kind":"note"}')
    ear.close()
