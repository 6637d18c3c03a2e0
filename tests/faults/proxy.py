"""A TCP proxy before a server, that does to the line what networks do: stall, drop, reset, delay, cut.

It listens on a port of this machine and connects to a port or a Unix socket. `mode` holds for lines that are open
already as well as for new ones.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Mode(StrEnum):
    PASS = "pass"
    STALL = "stall"  # nothing gets through, nothing is closed; what came meanwhile goes on afterwards
    DROP = "drop"  # what is sent is lost, nothing is closed
    REFUSE = "refuse"  # lines are closed, also new ones


@dataclass
class Proxy:
    """One proxy. `target` is (host, port) or the path of a socket."""

    target: tuple[str, int] | str
    mode: Mode = Mode.PASS
    delay: float = 0.0  # seconds, each way
    cut_after: int | None = None  # bytes from the server, in all, after which each line is reset
    port: int = 0
    passed: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop | None = None

    def reset_all(self) -> None:
        """Reset every open line."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._reset_now)

    def _reset_now(self) -> None:
        for writer in list(self._writers):
            _reset(writer)

    async def serve(self, started: threading.Event, ended: asyncio.Event) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._line, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        async with server:
            await ended.wait()
            self._reset_now()

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode is Mode.REFUSE:
            _reset(writer)
            return
        try:
            if isinstance(self.target, str):
                far_reader, far_writer = await asyncio.open_unix_connection(self.target)
            else:
                far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            _reset(writer)
            return
        self._writers |= {writer, far_writer}
        try:
            ways = (self._pump(reader, far_writer, False), self._pump(far_reader, writer, True))
            tasks = [asyncio.create_task(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            self._writers -= {writer, far_writer}
            for each in (writer, far_writer):
                each.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, from_server: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if self.delay:
                    await asyncio.sleep(self.delay)
                while self.mode is Mode.STALL:  # noqa: ASYNC110 - set by another thread
                    await asyncio.sleep(0.02)
                if self.mode is Mode.REFUSE:
                    return _reset(writer)
                if self.mode is Mode.DROP:
                    continue
                if from_server:
                    self.passed += len(data)
                    if self.cut_after is not None and self.passed > self.cut_after:
                        writer.write(data[: len(data) // 2])
                        await writer.drain()
                        return _reset(writer)
                writer.write(data)
                await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    line: Any = writer.get_extra_info("socket")
    with suppress(OSError):
        if line is not None and line.family != socket.AF_UNIX:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextmanager
def proxies(**targets: tuple[str, int] | str) -> Iterator[dict[str, Proxy]]:
    """Proxies by name, in one thread of their own."""
    made = {name: Proxy(target) for name, target in targets.items()}
    loop, ended = asyncio.new_event_loop(), asyncio.Event()
    events = [threading.Event() for _ in made]

    async def serve_all() -> None:
        pairs = zip(made.values(), events, strict=True)
        await asyncio.gather(*(proxy.serve(event, ended) for proxy, event in pairs))

    async def end_lines() -> None:
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def run() -> None:
        try:
            loop.run_until_complete(serve_all())
            loop.run_until_complete(end_lines())
        finally:
            loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    for event in events:
        assert event.wait(10)
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
