"""Reads a request's body before a thread is taken for the request.

A thread that waits for a body is lost to everybody else for as long as its sender likes, and there are a few only. So a
body is gathered by the event loop, which waits for thousands at once: for so many seconds, up to so many bytes, and all
bodies of the process together up to so many. Short ones, as forms are, have room whatever the others take.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

SHORT = 16_384  # bytes
SECONDS = 20.0  # for a body of up to 1 MB ...
LONG, LONG_SECONDS = 1_048_576, 120.0  # ... and for a longer one: a file
MOST_TOGETHER = 128_000_000  # bytes of all bodies that are not short


class Refused(Exception):
    """The body is not taken; `status` says why: 408 too slow, 413 too large, 503 too many at this moment."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class Gone(Exception):
    """The sender went away before the end: half a text must not be sent."""


class Bodies:
    """The bodies that one process holds. For one event loop."""

    def __init__(self) -> None:
        self._held = 0

    @contextmanager
    def room(self) -> Iterator["_Room"]:
        """Room for one body, given back at the end."""
        room = _Room(self)
        try:
            yield room
        finally:
            self._held -= room.taken

    def take(self, size: int) -> None:
        """Raises Refused (503) when it does not fit any more."""
        if self._held + size > MOST_TOGETHER:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
        self._held += size


class _Room:
    def __init__(self, bodies: Bodies) -> None:
        self._bodies, self.taken = bodies, 0

    async def read(self, receive: Receive, *, announced: int, most: int) -> bytes:
        """The whole body. Raises Refused, Gone."""
        if announced > most:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body, began = bytearray(), asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(SECONDS) as limit:
                while True:
                    event = await receive()
                    if event["type"] != "http.request":
                        raise Gone
                    body += event.get("body", b"")
                    if len(body) > most:
                        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                    self._hold(len(body))
                    if not event.get("more_body"):
                        return bytes(body)
                    if len(body) > LONG:
                        limit.reschedule(began + LONG_SECONDS)
        except TimeoutError:
            raise Refused(HTTPStatus.REQUEST_TIMEOUT) from None

    def _hold(self, size: int) -> None:
        if size > SHORT:
            self._bodies.take(size - self.taken)
            self.taken = size


def announced_in(headers: list[tuple[bytes, bytes]]) -> int:
    """What Content-Length says; 0 when it says nothing that is a number."""
    said = next((value for name, value in headers if name.lower() == b"content-length"), b"")
    return int(said) if said.isdigit() and len(said) < 20 else 0


def given(body: bytes) -> Receive:
    """The body as an application asks for it."""
    waiting = [body]

    async def receive() -> Event:
        return {"type": "http.request", "body": waiting.pop() if waiting else b"", "more_body": False}

    return receive


async def refuse(send: Send, status: HTTPStatus) -> None:
    """Say so in a few words. What is left of the body is not read, so the connection ends."""
    words = status.phrase.encode()
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(words)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append((b"retry-after", b"30"))
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": words})
