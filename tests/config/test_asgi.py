"""What stands between the web server and Django."""

import asyncio
import threading
from contextlib import suppress

import pytest
from django.conf import settings

from config import asgi, bodies


async def nothing():
    """A body without anything in it."""
    return {"type": "http.request", "body": b"", "more_body": False}


def ask(path, *, headers=(), events=None, method="GET"):
    """One request to the whole application, as a server makes it; what it sent back."""
    waiting = list(events or [{"type": "http.request", "body": b"", "more_body": False}])

    async def receive():
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    return asyncio.run(one(path, receive, headers=headers, method=method))


async def one(path, receive, *, headers=(), method="GET"):
    """The same in a running loop."""
    sent = []

    async def send(event):
        sent.append(event)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), *headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    }
    await asgi.application(scope, receive, send)
    return sent


def test_a_page_is_answered_by_django():
    answer = ask("/health/live")
    assert answer[0]["status"] == 200
    assert b"".join(event.get("body", b"") for event in answer[1:]) == b'{"live": true}'


def test_a_header_that_wsgi_would_mistake_for_another_is_dropped():
    scope = {
        "type": "http",
        "path": "/",
        "headers": [(b"x_forwarded_for", b"8.8.8.8"), (b"x-forwarded-for", b"127.0.0.1"), (b"host", b"a.example")],
    }
    kept = asgi._without_ambiguous_headers(scope)["headers"]
    assert kept == [(b"x-forwarded-for", b"127.0.0.1"), (b"host", b"a.example")]


def test_half_a_request_is_no_request():
    half = [{"type": "http.request", "body": b"body=See+you", "more_body": True}, {"type": "http.disconnect"}]
    assert ask("/sign-in/", events=half, method="POST") == []


def test_whoever_sends_slowly_holds_no_thread():
    """More of them than there are threads, each with a cookie that makes Django read the form."""
    cookie = (b"cookie", settings.CSRF_COOKIE_NAME.encode() + b"=" + b"a" * 32)
    headers = [cookie, (b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"9")]

    async def go():
        enough = asyncio.Event()

        async def slow():
            began = [{"type": "http.request", "body": b"a=", "more_body": True}]

            async def receive():
                if began:
                    return began.pop()
                await enough.wait()
                return {"type": "http.disconnect"}

            with suppress(ConnectionResetError):
                await one("/sign-in/", receive, headers=headers, method="POST")

        waiting = [asyncio.create_task(slow()) for _ in range(20)]
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(20):
                return await one("/health/live", nothing)
        finally:
            enough.set()
            await asyncio.gather(*waiting)

    assert asyncio.run(go())[0]["status"] == 200


def test_a_body_that_does_not_come_is_given_up(monkeypatch):
    monkeypatch.setattr(bodies, "SECONDS", 0.01)

    async def never():
        await asyncio.sleep(3600)

    assert asyncio.run(one("/sign-in/", never, method="POST"))[0]["status"] == 408


@pytest.mark.parametrize("announced", [b"26500001", b"9" * 12, b""])
def test_a_body_that_is_too_large_never_reaches_django(monkeypatch, announced):
    monkeypatch.setattr(asgi, "_pages", None)
    part = {"type": "http.request", "body": b"x" * 14_000_000, "more_body": True}
    headers = [(b"content-length", announced)] if announced else []
    assert ask("/sign-in/", headers=headers, events=[part, part], method="POST")[0]["status"] == 413


def test_bodies_together_have_a_bound_and_short_ones_always_fit(monkeypatch):
    monkeypatch.setattr(bodies, "MOST_TOGETHER", 40_000)
    kept = bodies.Bodies()

    async def read(room, size):
        return len(await room.read(bodies.given(b"x" * size), announced=size, most=100_000))

    with kept.room() as first, kept.room() as second, kept.room() as third:
        assert asyncio.run(read(first, 30_000)) == 30_000
        with pytest.raises(bodies.Refused):
            asyncio.run(read(second, 20_000))
        assert asyncio.run(read(third, bodies.SHORT)) == bodies.SHORT
    with kept.room() as later:
        assert asyncio.run(read(later, 40_000)) == 40_000, "what was held is given back"


def test_whoever_reads_slowly_holds_no_thread():
    """The answer waits for its reader in memory; the thread that made it is free."""
    made = threading.Event()

    def page(environ, start_response):
        start_response("200 OK", [])
        yield from (b"x" * 4096 for _ in range(200))
        made.set()

    async def go():
        pages = type(asgi._pages)(page, workers=1, send_queue_size=asgi._pages.send_queue_size)

        async def stuck(event):
            await asyncio.sleep(3600)

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "path": "/",
            "query_string": b"",
            "headers": [],
        }
        reading = asyncio.create_task(pages(scope, nothing, stuck))
        free = await asyncio.to_thread(made.wait, 20)
        reading.cancel()
        return free

    assert asyncio.run(go())


def test_a_web_socket_is_closed():
    sent = []

    async def send(event):
        sent.append(event["type"])

    async def receive():
        return {"type": "websocket.connect"}

    asyncio.run(asgi.application({"type": "websocket", "path": "/"}, receive, send))
    assert sent == ["websocket.close"]
