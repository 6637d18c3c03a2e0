"""One port for everything: live stream and webhooks are pure ASGI, every page is Django over WSGI in a few threads.

A thread is taken for a page when its request is here as a whole (`config.bodies`), and is free again when the answer
is made: neither who sends slowly nor who reads slowly holds one.

Django's own ASGI handler is not used: it starts a thread for every request, and an open stream would keep that thread
and its database connection. The stream touches neither, so thousands of browsers can hold one each. Webhooks that wait
for a commit hold no thread either, so that many of them can share one.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from a2wsgi import WSGIMiddleware

from config import bodies, env
from config.wsgi import application as django_application

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

LIVE_PATH = "/live/stream"
WEBHOOKS = "/webhooks/"

LARGEST = 26_500_000  # bytes of a request: a file of 25 MB and what its form puts around it
PARTS_WAITING = 1_000  # of an answer, for a reader that is slow: as many as our largest static file has

# Its types are narrower than what either side really takes.
_pages: Application = cast(
    Any,
    WSGIMiddleware(
        cast(Any, django_application),
        workers=env.number("WEB_THREADS", 8, minimum=1, maximum=100),
        send_queue_size=PARTS_WAITING,
    ),
)
_bodies = bodies.Bodies()


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
    """A page, once its whole request is here."""
    most = bodies.LONG if scope["path"].startswith(WEBHOOKS) else LARGEST
    announced = bodies.announced_in(scope["headers"])
    with _bodies.room() as room:
        try:
            body = await room.read(receive, announced=announced, most=most)
        except bodies.Refused as refused:
            await bodies.refuse(send, refused.status)
        except bodies.Gone:
            return  # nobody is there to be answered
        else:
            await _pages(_without_ambiguous_headers(scope), bodies.given(body), send)


def _without_ambiguous_headers(scope: Scope) -> Scope:
    """WSGI writes - and _ alike, so `X_Forwarded_For` from a visitor would pass for the header that our proxy sets."""
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if b"_" not in name]}
