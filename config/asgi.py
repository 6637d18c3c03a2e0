"""One port for everything: live stream and webhooks are pure ASGI, every page is Django over WSGI in a few threads.

Django's own ASGI handler is not used: it starts a thread for every request, and an open stream would keep that thread
and its database connection. The stream touches neither, so thousands of browsers can hold one each. Webhooks that wait
for a commit hold no thread either, so that many of them can share one.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from a2wsgi import WSGIMiddleware

from config import env
from config.wsgi import application as django_application

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

LIVE_PATH = "/live/stream"
WEBHOOKS = "/webhooks/"

# Its types are narrower than what either side really takes.
_pages: Application = cast(
    Any, WSGIMiddleware(cast(Any, django_application), workers=env.number("WEB_THREADS", 8, minimum=1, maximum=100))
)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Called by the server once for every request."""
    if scope["type"] != "http":
        await _pages(scope, receive, send)
    elif scope["path"] == LIVE_PATH:
        from texting.live.stream import live_app  # only a process that serves streams needs its hub

        await live_app(scope, receive, send)
    elif scope["path"].startswith(WEBHOOKS):
        from texting.webhooks.asgi import webhook_app

        await webhook_app(scope, receive, send, otherwise=_page)
    else:
        await _page(scope, receive, send)


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    await _pages(_without_ambiguous_headers(scope), _whole(receive), send)


def _without_ambiguous_headers(scope: Scope) -> Scope:
    """WSGI writes - and _ alike, so `X_Forwarded_For` from a visitor would pass for the header that our proxy sets."""
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if b"_" not in name]}


def _whole(receive: Receive) -> Receive:
    """A request whose sender went away is an error, not a shorter request: half a text must not be sent."""

    async def receive_or_fail() -> Event:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise ConnectionResetError("the sender went away before its request was complete")
        return event

    return receive_or_fail
