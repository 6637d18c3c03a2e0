"""Sends live events to Redis without ever making the sender wait for long, or fail.

A dead or stalled Redis costs the first sender `TIMEOUT` seconds. From then on nothing is tried in the foreground: the
channels that missed something are remembered, and a thread tells each of them to `resync` once Redis answers again.
"""

import logging
import os
import threading
import time

import redis

from tenancy.redis_client import connect

TIMEOUT = 0.25  # seconds for connecting, and for an answer
RETRY_SECONDS = 1.0
RESYNC = '{"kind":"resync"}'

log = logging.getLogger(__name__)


class Publisher:
    """One for a process; used by all its threads."""

    def __init__(self, url: str) -> None:
        self._client = connect(url, wait=TIMEOUT)
        self._begin()
        os.register_at_fork(after_in_child=self._begin)  # a child has none of our threads

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._missed: set[str] = set()
        self._down = False

    def send(self, channel: str, events: str) -> None:
        """Publish `events` (one JSON object a line) on `channel`. Never raises for Redis' sake."""
        if self._down:  # looked at without the lock: the usual case must cost nothing
            with self._lock:
                if self._down:
                    self._missed.add(channel)
                    return
        try:
            self._client.publish(channel, events)
        except redis.RedisError as error:
            log.error("live_publish_failed", extra={"channel": channel, "error": type(error).__name__})
            self._went_down(channel)

    def _went_down(self, channel: str) -> None:
        with self._lock:
            self._missed.add(channel)
            if self._down:
                return
            self._down = True
        threading.Thread(target=self._make_up, name="live-publisher", daemon=True).start()

    def _make_up(self) -> None:
        """Wait until Redis answers, then tell everyone who missed something."""
        while True:
            time.sleep(RETRY_SECONDS)
            with self._lock:
                missed = set(self._missed)
            if self._resync(missed):
                break
        with self._lock:
            late = self._missed - missed
            self._missed.clear()
            self._down = False
        log.warning("live_publish_recovered", extra={"channels": len(missed)})
        for channel in late:
            self.send(channel, RESYNC)

    def _resync(self, channels: set[str]) -> bool:
        try:
            with self._client.pipeline(transaction=False) as pipeline:
                for channel in channels:
                    pipeline.publish(channel, RESYNC)
                pipeline.execute()
        except redis.RedisError:
            return False
        return True
