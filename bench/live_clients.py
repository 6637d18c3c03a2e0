"""Many browsers on the live stream, as cheap as they can be: plain sockets and one epoll."""

import select
import socket
import time
from dataclasses import dataclass


class WrongAnswer(AssertionError):
    """A client was refused, missed an event, or got one twice."""


@dataclass(frozen=True)
class Heard:
    """One event at all clients: seconds from its publication to each of them, in the order of arrival."""

    delays: list[float]

    @property
    def last(self) -> float:
        """When everybody had it."""
        return self.delays[-1]


class Clients:
    """Open streams of one server. `tokens`: one for each."""

    def __init__(self, port: int, tokens: list[str]) -> None:
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        for token in tokens:
            self._open(port, token)

    def _open(self, port: int, token: str) -> None:
        connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        request = (
            f"GET /live/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Live-Token: {token}\r\n"
            "Accept: text/event-stream\r\nSec-Fetch-Site: same-origin\r\n\r\n"
        )
        connection.sendall(request.encode())
        answer = b""
        while b'{"kind":"resync"}' not in answer:
            received = connection.recv(65536)
            answer += received
            if not received or not answer.startswith(b"HTTP/1.1 200"):
                raise WrongAnswer(f"a client was refused: {answer[:80]!r}")
        connection.setblocking(False)
        self._sockets[connection.fileno()] = connection
        self._poll.register(connection.fileno(), select.EPOLLIN)

    def hear(self, mark: bytes, published: float, *, seconds: float = 20) -> Heard:
        """Wait until every client has got the event that holds `mark`, each once."""
        missing, delays = set(self._sockets), []
        limit = time.perf_counter() + seconds
        while missing:
            for number, _ in self._poll.poll(0.2):
                data = self._sockets[number].recv(65536)
                if not data:
                    raise WrongAnswer("the server ended a stream")
                found = data.count(mark)
                if (found and number not in missing) or found > 1:
                    raise WrongAnswer("a client got an event twice")
                if found:
                    missing.remove(number)
                    delays.append(time.perf_counter() - published)
            if time.perf_counter() > limit:
                raise WrongAnswer(f"{len(missing)} clients did not get an event within {seconds:.0f} s")
        return Heard(delays)

    def close(self) -> None:
        """Leave."""
        for connection in self._sockets.values():
            connection.close()
        self._poll.close()
