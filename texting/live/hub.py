"""One Redis connection for all live streams of a process.

A stream that is opened after `Hub.join` has returned is given everything that is published on its channels from then
on, in order. When that cannot be - its browser reads too slowly, Redis was away, a sender could not reach Redis - it is
given a `resync` instead: the page must fetch everything anew.
"""

import asyncio
import json
import logging
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from django.conf import settings
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from texting.live import LiveKind
from texting.live.redis_publisher import RESYNC
from texting.live.streams import Stream, Streams

CONFIRM_SECONDS = 2.0  # for Redis to confirm a subscription
IDLE_SECONDS = 4.0  # of silence before Redis is asked whether it is there; and for its answer
RETRY_SECONDS = 0.3
KEEP = "live"  # a connection without any channel cannot be read; nothing is ever published here
PAUSED = b'data: {"kind":"paused"}\n\n'

log = logging.getLogger(__name__)


class Unavailable(Exception):
    """Redis does not answer, so there is nothing to listen to."""


class Hub:
    """The streams of one event loop and the Redis connection that feeds them."""

    _by_loop: ClassVar["WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]"] = WeakKeyDictionary()

    @classmethod
    def here(cls) -> "Hub":
        """The running event loop's hub."""
        loop = asyncio.get_running_loop()
        if loop not in cls._by_loop:
            cls._by_loop[loop] = cls(settings.REDIS_URL)
        return cls._by_loop[loop]

    def __init__(self, url: str) -> None:
        self._url = url
        self._streams = Streams()
        self._pubsub: PubSub | None = None
        self._connected = asyncio.Event()
        self._confirmed: dict[str, asyncio.Event] = {}  # by channel that this connection was asked for
        self._asking = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Task[None] | None = None

    async def join(self, stream: Stream) -> None:
        """Begin to feed the stream. Raises Unavailable, and forgets the stream, when Redis does not confirm in time."""
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        for oldest in self._streams.add(stream):
            self.leave(oldest)
            oldest.end()
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                await self._connected.wait()
                for channel in stream.channels:
                    await self._align(channel)
                    await self._confirmed[channel].wait()
        except (TimeoutError, KeyError):
            self.leave(stream)
            raise Unavailable from None
        except BaseException:
            self.leave(stream)
            raise

    def leave(self, stream: Stream) -> None:
        """Stop feeding the stream; leaving twice is allowed."""
        for channel in self._streams.remove(stream):
            task = asyncio.create_task(self._align(channel))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _align(self, channel: str) -> None:
        """Subscribe if somebody listens to the channel, else unsubscribe; one at a time, so the last wish wins."""
        async with self._asking:
            pubsub, wanted, asked = self._pubsub, bool(self._streams.on(channel)), channel in self._confirmed
            if pubsub is None or wanted == asked:
                return
            try:
                if wanted:
                    self._confirmed[channel] = asyncio.Event()
                    await pubsub.subscribe(channel)
                else:
                    del self._confirmed[channel]
                    await pubsub.unsubscribe(channel)
            except (RedisError, OSError):  # the listener meets the same error, and starts anew
                self._confirmed.pop(channel, None)

    async def _listen(self) -> None:
        """Keep a connection to Redis and pass on what comes; for as long as the process lives."""
        while True:
            try:
                await self._listen_until_lost()
            except (RedisError, OSError) as error:
                log.warning("live_redis_lost", extra={"error": type(error).__name__})
            except Exception:  # whatever it is, the next connection may work; without one nobody is told anything
                log.exception("live_hub_failed")
            self._lost()
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen_until_lost(self) -> None:
        # No retries inside the client: a reconnection that nobody notices would be a gap that nobody notices.
        client = Redis.from_url(
            self._url,
            socket_connect_timeout=CONFIRM_SECONDS,
            socket_timeout=CONFIRM_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        async with client, client.pubsub() as pubsub:
            await pubsub.subscribe(KEEP)
            self._pubsub = pubsub
            self._connected.set()
            for channel in self._streams.channels():
                await self._align(channel)
            asked = False
            while True:
                message = await pubsub.get_message(timeout=IDLE_SECONDS)
                if message is not None:
                    asked = False
                    self._take(message)
                elif asked:
                    raise TimeoutError("Redis went silent")
                else:
                    await pubsub.ping()
                    asked = True

    def _lost(self) -> None:
        self._pubsub = None
        self._connected.clear()
        self._confirmed.clear()
        for stream in self._streams.all():
            stream.put(PAUSED)

    def _take(self, message: dict[str, Any]) -> None:
        kind, channel = message["type"], (message["channel"] or b"").decode()
        if kind == "message":
            self._deliver(channel, message["data"])
        elif kind == "subscribe" and channel in self._confirmed:
            self._confirmed[channel].set()
            for stream in self._streams.on(channel):
                stream.gap()

    def _deliver(self, channel: str, data: bytes) -> None:
        """Pass on the events of one message: JSON objects, one a line."""
        streams = self._streams.on(channel)
        if not streams:
            return
        try:
            events = {line: json.loads(line) for line in data.split(b"\n")}
            kinds = {event["kind"] for event in events.values()}
        except (ValueError, KeyError, TypeError):
            log.error("live_event_unreadable", extra={"channel": channel})
            return
        if RESYNC_KIND in kinds:
            for stream in streams:
                stream.gap()
            return
        if LiveKind.ACCESS in kinds:
            self._end({event.get("member") for event in events.values() if event["kind"] == LiveKind.ACCESS})
        frame = b"".join(b"data: %b\n\n" % line for line in events if events[line]["kind"] != LiveKind.ACCESS)
        if frame:
            for stream in self._streams.on(channel):
                stream.put(frame)

    def _end(self, members: set[str | None]) -> None:
        for member in members:
            for stream in self._streams.of(member or ""):
                self.leave(stream)
                stream.end()


RESYNC_KIND = json.loads(RESYNC)["kind"]
