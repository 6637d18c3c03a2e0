"""Ends the streams of sessions that have ended, however they ended.

Once a second one query asks for all streams of the process, so a sign-out, a deactivation or a row that was deleted by
hand closes the streams within two seconds, whether or not Redis works and whether or not somebody thought of telling.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar
from weakref import WeakKeyDictionary

from django.db import DatabaseError

from texting.live import Claims
from texting.live.access import may_listen, still_signed_in
from texting.live.streams import Stream

WATCH_SECONDS = 1.0

log = logging.getLogger(__name__)
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live-access")


class Watch:
    """The streams of one event loop that are watched."""

    _by_loop: ClassVar["WeakKeyDictionary[asyncio.AbstractEventLoop, Watch]"] = WeakKeyDictionary()

    @classmethod
    def here(cls) -> "Watch":
        """The running event loop's watch."""
        return cls._by_loop.setdefault(asyncio.get_running_loop(), cls())

    def __init__(self) -> None:
        self._watched: dict[Stream, Claims] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, stream: Stream, claims: Claims) -> None:
        """End the stream as soon as its claims do not hold any more."""
        self._watched[stream] = claims
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def remove(self, stream: Stream) -> None:
        """Watch it no longer; removing twice is allowed."""
        self._watched.pop(stream, None)

    async def _run(self) -> None:
        while self._watched:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self._look()
            except DatabaseError as error:  # nothing can change in a database that does not answer
                log.warning("live_watch_failed", extra={"error": type(error).__name__})

    async def _look(self) -> None:
        watched = dict(self._watched)
        loop = asyncio.get_running_loop()
        alive = await loop.run_in_executor(_threads, still_signed_in, set(watched.values()))
        for stream, claims in watched.items():
            if claims not in alive:
                stream.end()


async def allowed(claims: Claims) -> bool:
    """`may_listen`, without holding up the event loop. Raises DatabaseError."""
    return await asyncio.get_running_loop().run_in_executor(_threads, may_listen, claims)
