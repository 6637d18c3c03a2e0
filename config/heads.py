"""The web server's reading of HTTP, with a bound on what stands in front of a body: so many bytes, so many seconds.

Uvicorn's fast parser has neither, so one connection could fill the memory with headers, and thousands could stay open
by sending a letter now and then. For `uvicorn --http config.heads:BoundedHeads`.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST = 65_536  # bytes of the request line and all headers; browsers and providers send some hundred to some thousand
SECONDS = 20.0


class BoundedHeads(HttpToolsProtocol):
    """Ends a connection whose request does not get to its body."""

    _received = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_here()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """At most 256 kB at a time, by asyncio; much of it may be the body behind a short head."""
        super().data_received(data)
        if self._deadline is not None:
            self._received += len(data)
            if self._received > LARGEST:
                self._head_is_here()
                self.send_400_response("The headers are too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait_for_head()

    def on_headers_complete(self) -> None:
        self._head_is_here()
        super().on_headers_complete()

    def _wait_for_head(self) -> None:
        if self._deadline is None:
            self._received = 0
            self._deadline = asyncio.get_running_loop().call_later(SECONDS, self.transport.abort)

    def _head_is_here(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
