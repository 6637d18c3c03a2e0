"""Many requests, one commit: what waits for the same thing at the same moment is done together.

A commit waits for the disk, and a transaction for many texts needs no more statements than one for a single text. So a
request does not open a transaction of its own: it waits here, and as soon as a thread is free everything that waits for
one key (a line) is done as one group, in order. Nothing is delayed for that: on a quiet day a group has one item.

Each item is answered after its group has committed, never before. A group that fails is done again item by item, so a
bad item harms nobody else. What waits is bounded: `Full` means that the caller must say "try again later".
"""

import asyncio
import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")
Result = TypeVar("Result")

LARGEST = 100  # items of one group
MOST_WAITING = 2_000  # items of one process; later ones are refused
MOST_OF_ONE = 500  # items of one key: whoever floods one does not keep the others out
MOST_AWAY = 2  # items that find no database, one after the other, before the rest of their group is not tried
THREADS = 2  # groups of different keys at the same time: while one waits for the disk, another can work

AWAY = (OperationalError, InterfaceError)  # the database, not what is asked of it; a deadlock is one too

log = logging.getLogger("parley.webhooks")


class Full(Exception):
    """Too much is waiting already."""


class _Waiting(Generic[Item, Result]):
    __slots__ = ("future", "item", "loop")

    def __init__(self, item: Item, loop: asyncio.AbstractEventLoop) -> None:
        self.item, self.loop = item, loop
        self.future: asyncio.Future[Result] = loop.create_future()


class GroupCommit(Generic[Key, Item, Result]):
    """`work(key, items)` does a group in one transaction of its own and returns one result for each item, in order.

    It runs in a thread of this object's. What it raises for a single item is raised to whoever waits for that item.
    """

    def __init__(self, work: Callable[[Key, Sequence[Item]], Sequence[Result]], name: str) -> None:
        self._work, self._name = work, name
        self._changed = threading.Condition()
        self._waiting: OrderedDict[Key, deque[_Waiting[Item, Result]]] = OrderedDict()
        self._busy: set[Key] = set()
        self._count = 0
        self._threads: list[threading.Thread] = []

    async def do(self, key: Key, item: Item) -> Result:
        """Wait until the item is done and committed. Raises Full, or what `work` raised for this item."""
        waiting: _Waiting[Item, Result] = _Waiting(item, asyncio.get_running_loop())
        with self._changed:
            if self._count >= MOST_WAITING or len(self._waiting.get(key, ())) >= MOST_OF_ONE:
                raise Full
            self._count += 1
            self._waiting.setdefault(key, deque()).append(waiting)
            self._start_threads()
            self._changed.notify()
        return await waiting.future

    def _start_threads(self) -> None:
        """At first use, so that a process that never takes a webhook has none."""
        while len(self._threads) < THREADS:
            thread = threading.Thread(target=self._run, name=f"{self._name}-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self) -> None:
        while True:
            key, group = self._next(idle=close_old_connections)
            try:
                self._do(key, group)
            finally:
                with self._changed:
                    self._busy.discard(key)
                    self._changed.notify()

    def _next(self, *, idle: Callable[[], None]) -> tuple[Key, list[_Waiting[Item, Result]]]:
        """The group that has waited longest, of a key that no other thread is at: so its items keep their order.

        `idle` is called before the thread goes to sleep: a connection is kept from group to group only, since to fetch
        one from the pool is to check it.
        """
        with self._changed:
            while (key := next((key for key in self._waiting if key not in self._busy), None)) is None:
                idle()
                self._changed.wait()
            queue = self._waiting.pop(key)
            group = [queue.popleft() for _ in range(min(LARGEST, len(queue)))]
            if queue:
                self._waiting[key] = queue  # at the end: other keys come first
            self._busy.add(key)
            self._count -= len(group)
            return key, group

    def _do(self, key: Key, group: list[_Waiting[Item, Result]]) -> None:
        try:
            results = self._attempt(key, group)
        except Exception as error:
            if len(group) == 1:
                _tell(group, [error])
                return
            log.warning("group_broke", extra={"size": len(group), "error": type(error).__name__})
            self._do_one_by_one(key, group)
        else:
            _tell(group, results)

    def _do_one_by_one(self, key: Key, group: list[_Waiting[Item, Result]]) -> None:
        """A bad item harms nobody else. While the database is away each would wait for it, so the rest is told."""
        away = 0
        for at, waiting in enumerate(group):
            try:
                result = self._attempt(key, [waiting])
            except AWAY as error:
                _tell([waiting], [error])
                away += 1
                if away == MOST_AWAY:
                    rest = group[at + 1 :]
                    _tell(rest, [error] * len(rest))
                    return
            except Exception as error:
                _tell([waiting], [error])
                away = 0
            else:
                _tell([waiting], result)
                away = 0

    def _attempt(self, key: Key, group: list[_Waiting[Item, Result]]) -> Sequence[Result]:
        try:
            return self._work(key, [waiting.item for waiting in group])
        except Exception:
            close_old_connections()  # it may be the connection that broke
            raise


def _tell(group: list[_Waiting[Item, Result]], results: Sequence[Result | Exception]) -> None:
    """Hand the results over to the loops that wait, each loop woken once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for waiting, result in zip(group, results, strict=True):
        by_loop.setdefault(waiting.loop, []).append((waiting.future, result))
    for loop, pairs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, pairs)
        except RuntimeError:  # the loop was closed: the server is stopping, and nobody waits any more
            log.info("nobody_waits", extra={"size": len(pairs)})


def _settle(pairs: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, result in pairs:
        if future.done():  # the request was given up
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
