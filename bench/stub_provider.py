"""`python -m bench.stub_provider PORT MILLISECONDS`: takes every text at once, as Twilio would, and nothing else.

A hand-written HTTP server, so that it is never the slowest part. `GET /count` says how many texts it took.
"""

import asyncio
import json
import sys

taken: list[str] = []


class Stub(asyncio.Protocol):
    """One connection with keep-alive; requests do not overlap on it."""

    def __init__(self, delay: float) -> None:
        self.delay, self.buffer = delay, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if len(body) < length:
            return
        self.buffer = body[length:]
        if head.startswith(b"GET /count"):
            self.answer(200, {"count": len(taken)})
        elif self.delay:
            asyncio.get_running_loop().call_later(self.delay, self.take)
        else:
            self.take()

    def take(self) -> None:
        sid = f"SM{len(taken):032x}"
        taken.append(sid)
        self.answer(201, {"sid": sid, "status": "queued", "num_segments": "1", "error_code": None, "uri": "/x"})

    def answer(self, status: int, content: dict[str, object]) -> None:
        body = json.dumps(content).encode()
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)


async def main(port: int, milliseconds: float) -> None:
    """Serve until killed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Stub(milliseconds / 1000), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
