"""One Redis connection for all live streams of a process.

A stream is told everything that is published on its channels from the moment `Hub.join` returned, in order. When that cannot
be kept - its browser reads too slowly, Redis was away, a sender could not reach Redis - its next batch has `gap` set instead:
its page must fetch everything anew, and whether its member may still listen must be asked again, since the event that would
have ended the stream may be among the lost ones.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import redis.asyncio as redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.asyncio.retry import Retry
from redis.exceptions import RedisError

from texting.live import LiveKind

BACKLOG = 100  # events that may wait for one browser
STREAMS_PER_MEMBER = 12  # in one process; a browser needs one
CONFIRM_SECONDS = 2.0  # for Redis to confirm a subscription
IDLE_SECONDS = 4.0  # of silence before Redis is asked whether it is there; and for its answer
RETRY_SECONDS = 0.5
KEEP = "live"  # a connection without any channel cannot be read; nothing is ever published here
PAUSED = b'data: {"kind":"paused"}\n\n'
RESYNC_KIND = "resync"

log = logging.getLogger(__name__)


class Unavailable(Exception):
    """Redis does not answer, so there is nothing to listen to."""


@dataclass(frozen=True)
class Batch:
    """What waits for one browser: server-sent events, ready to be written; `gap` if some were lost before them."""

    gap: bool
    body: bytes


class Stream:
    """One browser's place in the hub."""

    def __init__(self, *, member: str, channels: tuple[str, ...]) -> None:
        self.member, self.channels = member, channels
        self.on_end: Callable[[], object] | None = None
        self.ended = False
        self._frames: list[bytes] = []
        self._gap = False
        self._wake = asyncio.Event()

    def put(self, frame: bytes) -> None:
        """Let `frame` wait; too long a queue is forgotten and becomes a gap."""
        if len(self._frames) >= BACKLOG:
            self.gap()
            return
        self._frames.append(frame)
        self._wake.set()

    def gap(self) -> None:
        """Forget what waits: something was lost."""
        self._frames.clear()
        self._gap = True
        self._wake.set()

    def end(self) -> None:
        """Nothing more may be written to this browser."""
        self.ended = True
        self._frames.clear()
        if self.on_end:
            self.on_end()

    async def next(self, seconds: float) -> Batch:
        """What has come, waiting for it at most `seconds`; empty when nothing has."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        batch = Batch(self._gap, b"".join(self._frames))
        self._frames.clear()
        self._gap = False
        self._wake.clear()
        return batch


class Hub:
    """The streams of this process by channel, and the Redis connection that feeds them."""

    _by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()

    @classmethod
    def here(cls) -> "Hub":
        """The running event loop's hub."""
        loop = asyncio.get_running_loop()
        if loop not in cls._by_loop:
            cls._by_loop[loop] = cls(settings.REDIS_URL)
        return cls._by_loop[loop]

    def __init__(self, url: str) -> None:
        self._url = url
        self._streams: dict[str, set[Stream]] = {}
        self._confirmed: dict[str, asyncio.Event] = {}
        self._of_member: dict[str, list[Stream]] = {}
        self._pubsub: redis.client.PubSub | None = None
        self._asked: set[str] = set()  # channels that this connection was asked to subscribe to
        self._asking = asyncio.Lock()
        self._listener: asyncio.Task[None] | None = None

    async def join(self, stream: Stream) -> None:
        """Begin to feed the stream. Raises Unavailable when Redis does not confirm in time; the stream has then left."""
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        mine = self._of_member.setdefault(stream.member, [])
        mine.append(stream)
        for channel in stream.channels:
            self._streams.setdefault(channel, set()).add(stream)
            self._confirmed.setdefault(channel, asyncio.Event())
        while len(mine) > STREAMS_PER_MEMBER:
            oldest = mine[0]
            self.leave(oldest)
            oldest.end()
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                for channel in stream.channels:
                    await self._align(channel)
                    await self._confirmed[channel].wait()
        except TimeoutError:
            self.leave(stream)
            raise Unavailable from None
        except BaseException:
            self.leave(stream)
            raise

    def leave(self, stream: Stream) -> None:
        """Stop feeding the stream; leaving twice is allowed."""
        mine = self._of_member.get(stream.member, [])
        if stream not in mine:
            return
        mine.remove(stream)
        if not mine:
            del self._of_member[stream.member]
        for channel in stream.channels:
            self._streams[channel].discard(stream)
            if not self._streams[channel]:
                del self._streams[channel], self._confirmed[channel]
                self._later(self._align(channel))

    def _later(self, step: "asyncio.coroutines.Coroutine[object, object, None]") -> None:
        task = asyncio.ensure_future(step)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
