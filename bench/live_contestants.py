"""What `bench.live` compares with: the same hub behind an ordinary asynchronous Django view.

Middleware, token, checks and events are the same; only the way to the browser differs.
"""

import asyncio
from collections.abc import AsyncIterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path

from accounts.permissions import public
from texting.live import channel_of, claims_of
from texting.live.hub import Hub
from texting.live.stream import PING_SECONDS
from texting.live.streams import PING, Stream
from texting.live.watch import Watch, allowed


@public
async def stream(request: HttpRequest) -> HttpResponseBase:
    """`texting.live.stream.live_app` as a view."""
    claims = claims_of(request.headers["X-Live-Token"])
    hub, watch = Hub.here(), Watch.here()
    listening = Stream(member=str(claims.member), channels=(channel_of(claims.organization),))
    await hub.join(listening)
    if not await allowed(claims):
        hub.leave(listening)
        return HttpResponse(status=403)
    watch.add(listening, claims)

    waiting: asyncio.Queue[bytes] = asyncio.Queue()
    listening.open(waiting.put)

    async def body() -> AsyncIterator[bytes]:
        try:
            while not listening.over.done():
                try:
                    part = await asyncio.wait_for(waiting.get(), PING_SECONDS)
                except TimeoutError:
                    part = PING
                yield part
        finally:
            watch.remove(listening)
            hub.leave(listening)

    return StreamingHttpResponse(body(), content_type="text/event-stream")


urlpatterns = [path("live/stream", stream)]
