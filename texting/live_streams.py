"""The browsers that listen to one process: what waits for each, and who listens to what."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

BACKLOG = 100  # batches of events that may wait for one browser
STREAMS_PER_MEMBER = 12  # in one process; a browser needs one


@dataclass(frozen=True)
class Batch:
    """What waits for one browser: server-sent events, ready to be written; `gap` if some were lost before them."""

    gap: bool
    body: bytes


class Stream:
    """One browser's place. `member` is a membership's id; nothing is kept for it before `begin`."""

    def __init__(self, *, member: str, channels: tuple[str, ...]) -> None:
        self.member, self.channels = member, channels
        self.on_end: Callable[[], object] | None = None
        self.ended = False
        self._begun = False
        self._gap = False
        self._frames: list[bytes] = []
        self._wake = asyncio.Event()

    def begin(self) -> None:
        """From now on keep what comes."""
        self._begun = True

    def put(self, frame: bytes) -> None:
        """Let `frame` wait for the browser; too long a queue is forgotten and becomes a gap."""
        if len(self._frames) >= BACKLOG:
            self.gap()
        elif self._begun:
            self._frames.append(frame)
            self._wake.set()

    def gap(self) -> None:
        """Something was lost: what waits is worth nothing any more."""
        if self._begun:
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
        """What has come, waiting for it at most `seconds`; an empty body when nothing has."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        batch = Batch(self._gap, b"".join(self._frames))
        self._frames.clear()
        self._gap = False
        self._wake.clear()
        return batch


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
