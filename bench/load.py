"""Many keep-alive connections that send prepared requests as fast as they are answered."""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """What one round brought. `statuses` counts answers by HTTP status."""

    seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)
    delays: list[float] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return sum(self.statuses.values())


class Connection:
    """One connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.begun = 0.0

    def ask(self, request: bytes) -> None:
        self.begun = time.perf_counter()
        self.socket.sendall(request)

    def hear(self) -> int | None:
        """The status once the whole answer is there. Raises ConnectionError when the server hung up."""
        part = self.socket.recv(65_536)
        if not part:
            raise ConnectionError("the server closed the connection")
        self.buffer += part
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return None
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if len(body) < length:
            return None
        self.buffer = b""
        return int(head[9:12])


def drive(port: int, requests: Iterator[bytes], *, seconds: float, connections: int) -> Outcome:
    """Send for so long, one request at a time on each connection; what is under way then is waited for."""
    outcome, choose = Outcome(), selectors.DefaultSelector()
    begun = time.perf_counter()
    for _ in range(connections):
        connection = Connection(port)
        connection.ask(next(requests))
        choose.register(connection.socket, selectors.EVENT_READ, connection)
    waiting = connections
    while waiting:
        for key, _ in choose.select(timeout=30) or _stuck():
            connection = key.data
            status = connection.hear()
            if status is None:
                continue
            now = time.perf_counter()
            outcome.statuses[status] = outcome.statuses.get(status, 0) + 1
            outcome.delays.append(now - connection.begun)
            if now - begun < seconds:
                connection.ask(next(requests))
            else:
                choose.unregister(connection.socket)
                connection.socket.close()
                waiting -= 1
    outcome.seconds = time.perf_counter() - begun
    return outcome


def _stuck() -> list[tuple[selectors.SelectorKey, int]]:
    raise RuntimeError("no answer within 30 seconds")


def post(path: str, body: bytes, content_type: str, **headers: str) -> bytes:
    """One HTTP/1.1 request, ready to be sent."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
