"""What stands between the web server and Django."""

import asyncio

import pytest

from config import asgi


def ask(path, *, headers=(), events=None, method="GET"):
    """One request to the whole application, as a server makes it; what it sent back."""
    waiting = list(events or [{"type": "http.request", "body": b"", "more_body": False}])
    sent = []

    async def receive():
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

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
    asyncio.run(asgi.application(scope, receive, send))
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
    receive = asgi._whole(lambda: asyncio.sleep(0, half.pop(0)))

    async def read_all():
        await receive()
        await receive()

    with pytest.raises(ConnectionResetError, match="went away"):
        asyncio.run(read_all())


def test_a_web_socket_is_closed():
    sent = []

    async def send(event):
        sent.append(event["type"])

    async def receive():
        return {"type": "websocket.connect"}

    asyncio.run(asgi.application({"type": "websocket", "path": "/"}, receive, send))
    assert sent == ["websocket.close"]
