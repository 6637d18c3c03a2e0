"""The browsers that listen to one process: what waits for each, and who listens to what.

Writing to a browser hardly ever waits, so it is done on the spot, without a task for each event and browser: to wake
500 tasks costs more than to write to 500 sockets. Only a browser that reads too slowly gets one, for the rest of a
write.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Generator, Iterable
from typing import Any

from texting.live.redis_publisher import RESYNC

BACKLOG = 100  # batches of events that may wait for one browser
STREAMS_PER_MEMBER = 12  # in one process; a browser needs one
PING = b": ping\n\n"
RESYNC_FRAME = f"data: {RESYNC}\n\n".encode()

Write = Callable[[bytes], Coroutine[Any, Any, None]]

log = logging.getLogger(__name__)


class Stream:
    """One browser. `member` is a membership's id. Nothing is kept for it before `open`; at its end `over` is done."""

    def __init__(self, *, member: str, channels: tuple[str, ...]) -> None:
        self.member, self.channels = member, channels
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._write: Write | None = None
        self._writing: asyncio.Future[None] | None = None
        self._gap = False
        self._frames: list[bytes] = []

    def open(self, write: Write) -> None:
        """From now on `write` gets what comes, one call at a time; a `resync` first."""
        self._write = write
        self.gap()

    def put(self, frame: bytes) -> None:
        """Server-sent events for the browser; when too many wait already, they are forgotten and become a gap."""
        if len(self._frames) >= BACKLOG:
            self.gap()
        elif self._write:
            self._frames.append(frame)
            self._flush()

    def gap(self) -> None:
        """Something was lost: the browser must fetch everything anew, and what waits is worth nothing any more."""
        if self._write:
            self._frames.clear()
            self._gap = True
            self._flush()

    def ping(self) -> None:
        """A sign of life, also asked of the browser: one that has not taken the last write by now is given up."""
        if self._writing:
            self.end()
        else:
            self.put(PING)

    def end(self) -> None:
        """Nothing more is written to this browser."""
        self._write = None
        self._frames.clear()
        if self._writing:
            self._writing.cancel()
        if not self.over.done():
            self.over.set_result(None)

    def _flush(self) -> None:
        while self._write and not self._writing and (self._gap or self._frames):
            body = (RESYNC_FRAME if self._gap else b"") + b"".join(self._frames)
            self._frames.clear()
            self._gap = False
            try:
                self._writing = _run(self._write(body))
            except Exception as error:  # one browser's trouble is not the others'
                self._failed(error)
            else:
                if self._writing:
                    self._writing.add_done_callback(self._written)

    def _written(self, writing: "asyncio.Future[None]") -> None:
        self._writing = None
        if writing.cancelled():
            return
        if error := writing.exception():
            self._failed(error)
        else:
            self._flush()

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, OSError):
            log.error("live_stream_failed", exc_info=error)
        self.end()


def _run(coroutine: Coroutine[Any, Any, None]) -> "asyncio.Future[None] | None":
    """Run a coroutine up to where it first waits. None when it never did, else a task for the rest."""
    try:
        awaited = coroutine.send(None)
    except StopIteration:
        return None
    return asyncio.ensure_future(_Rest(coroutine, awaited))


class _Rest:
    """The rest of a coroutine that waits for `awaited`."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], awaited: object) -> None:
        self._coroutine, self._awaited = coroutine, awaited

    def __await__(self) -> Generator[Any, Any, None]:
        try:
            yield self._awaited
        except BaseException:
            self._coroutine.close()
            raise
        yield from self._coroutine.__await__()


class Streams:
    """Who listens, by channel and by member."""

    def __init__(self) -> None:
        self._on: dict[str, set[Stream]] = {}
        self._of: dict[str, list[Stream]] = {}

    def add(self, stream: Stream) -> list[Stream]:
        """Take the stream in. Returns its member's oldest ones that are over `STREAMS_PER_MEMBER`."""
        for channel in stream.channels:
            self._on.setdefault(channel, set()).add(stream)
        own = self._of.setdefault(stream.member, [])
        own.append(stream)
        return own[:-STREAMS_PER_MEMBER]

    def remove(self, stream: Stream) -> list[str]:
        """Forget the stream, if it is here. Returns the channels to which nobody listens any more."""
        own = self._of.get(stream.member, [])
        if stream not in own:
            return []
        own.remove(stream)
        if not own:
            del self._of[stream.member]
        for channel in stream.channels:
            self._on[channel].discard(stream)
        empty = [channel for channel in stream.channels if not self._on[channel]]
        for channel in empty:
            del self._on[channel]
        return empty

    def channels(self) -> tuple[str, ...]:
        """The channels that somebody listens to."""
        return tuple(self._on)

    def on(self, channel: str) -> tuple[Stream, ...]:
        """Who listens to the channel."""
        return tuple(self._on.get(channel, ()))

    def of(self, member: str) -> tuple[Stream, ...]:
        """The member's streams, oldest first."""
        return tuple(self._of.get(member, ()))

    def all(self) -> Iterable[Stream]:
        """Every stream."""
        return [stream for own in self._of.values() for stream in own]
