"""The live stream: server-sent events outside Django's request cycle (no middleware, no thread, no connection held).

A browser gets a token from the view `live_token` and opens the stream with it in a header, so that it stands in no
address and no log. A stream ends at once by an `access` event, within two seconds after its session or membership
ended or its organization's rules for sessions changed (`texting.live.watch`), within `RECHECK_SECONDS` after a
permission was taken away in silence, and after about half an hour in any case; the browser then asks for a new token.

Events are `{"kind": ..., ids}`; `resync` means fetch everything anew (it is also the first event of each stream),
`paused` that nothing can be heard for the moment.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.db import DatabaseError
from django.http.request import split_domain_port, validate_host

from texting.live import Claims, channel_of, claims_of
from texting.live.hub import Hub, Unavailable
from texting.live.streams import Stream
from texting.live.watch import Watch, allowed

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

TOKEN_HEADER = b"x-live-token"
PING_SECONDS = 20.0  # proxies and browsers give up on a silent connection
RECHECK_SECONDS = 300.0
LIFETIME_SECONDS = 1800.0  # give or take a tenth, so that browsers do not all come back at once
FAREWELL_SECONDS = 1.0  # for a browser that does not read any more
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
]

log = logging.getLogger(__name__)


async def live_app(scope: Event, receive: Receive, send: Send) -> None:
    """Answer one request: a stream, or 403 (not yours), 405 (not GET), 503 (try again later)."""
    headers = dict(scope["headers"])
    if scope["method"] != "GET":
        return await _refuse(send, 405)
    try:
        claims = claims_of(headers.get(TOKEN_HEADER, b"").decode("latin-1"))
    except signing.BadSignature:
        return await _refuse(send, 403)
    if not _same_origin(headers):
        return await _refuse(send, 403)
    hub, watch = Hub.here(), Watch.here()
    stream = Stream(member=str(claims.member), channels=(channel_of(claims.organization),))
    try:
        # First listen, then look: whatever takes the right away after the look ends the stream.
        await hub.join(stream)
        if not await allowed(claims) or stream.over.done():
            return await _refuse(send, 403)
        watch.add(stream, claims)
        await _serve(claims, stream, receive, send)
    except (Unavailable, DatabaseError) as error:
        log.warning("live_stream_unavailable", extra={"error": type(error).__name__})
        await _refuse(send, 503)
    finally:
        watch.remove(stream)
        hub.leave(stream)


def _same_origin(headers: dict[bytes, bytes]) -> bool:
    """Only our own pages may ask. Browsers say so themselves; the token in its own header is what proves it."""
    host = headers.get(b"host", b"").decode("latin-1")
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    if headers.get(b"sec-fetch-site", b"same-origin") != b"same-origin":
        return False
    origin = headers.get(b"origin", b"").decode("latin-1")
    return not origin or origin == settings.PUBLIC_BASE_URL or urlsplit(origin).netloc == host


async def _serve(claims: Claims, stream: Stream, receive: Receive, send: Send) -> None:
    """Keep the stream open until its end, the browser's, or the stream's own time."""

    async def write(body: bytes) -> None:
        await send({"type": "http.response.body", "body": body, "more_body": True})

    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    gone = asyncio.create_task(_gone(receive))
    stream.open(write)
    try:
        await _until_over(claims, stream, gone)
    except DatabaseError as error:  # the browser comes back and is looked at again
        log.warning("live_recheck_failed", extra={"error": type(error).__name__})
    finally:
        browser_left = gone.done()
        gone.cancel()
        stream.end()
    if not browser_left:
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                await send({"type": "http.response.body", "body": b""})


async def _until_over(claims: Claims, stream: Stream, gone: "asyncio.Task[None]") -> None:
    """Wait for the end, with a ping and now and then a look at the member's rights meanwhile."""
    now = checked = time.monotonic()
    end = now + LIFETIME_SECONDS * random.uniform(0.9, 1.1)  # noqa: S311 - spreads load, protects nothing
    while now < end:
        wait = min(PING_SECONDS, end - now)
        done, _ = await asyncio.wait({gone, stream.over}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        if done:
            return
        now = time.monotonic()
        if now - checked > RECHECK_SECONDS:
            if not await allowed(claims):
                return
            checked = now
        stream.ping()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")]
    if status == 503:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
