"""What stands in front of a body has a bound: a real server, and visitors that send no end of headers."""

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from config import heads


async def answers(scope, receive, send):
    size, more = 0, True
    while more:
        event = await receive()
        size, more = size + len(event.get("body", b"")), event.get("more_body", False)
    said = str(size).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(said))]})
    await send({"type": "http.response.body", "body": said})


@pytest.fixture
def server() -> Iterator[int]:
    """The port of a server that says how long each body was."""
    config = uvicorn.Config(answers, port=0, lifespan="off", log_level="critical", http="config.heads:BoundedHeads")
    running = uvicorn.Server(config)
    place = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=running.run, args=([place],))
    thread.start()
    yield place.getsockname()[1]
    running.should_exit = True
    thread.join(20)


def heard(port: int, *pieces: bytes) -> bytes:
    """What came back until the server closed, or was silent after a whole answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        said = b""
        try:
            for piece in pieces:
                line.sendall(piece)
            while not said.endswith(b"end") and (part := line.recv(65_536)):
                said += part
        except ConnectionError:
            pass
        return said


def test_ordinary_requests_are_answered_one_after_the_other(server):
    one = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000
    last = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: " + b"a" * 30_000 + b"\r\n\r\n"
    said = heard(server, one, one, last)
    assert said.count(b"HTTP/1.1 200") == 3
    assert said.count(b"300000") == 2


@pytest.mark.parametrize(
    "flood",
    [
        b"GET / HTTP/1.1\r\nX: " + b"a" * 700_000,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000,
        b"GET /" + b"a" * 700_000,
    ],
    ids=["one long header", "many headers", "a long address"],
)
def test_a_flood_of_headers_ends_the_connection(server, flood):
    said = heard(server, *(flood[at : at + 50_000] for at in range(0, len(flood), 50_000)))
    assert said == b"" or said.startswith(b"HTTP/1.1 400")


def test_whoever_does_not_finish_a_request_is_not_waited_for(server, monkeypatch):
    monkeypatch.setattr(heads, "SECONDS", 0.05)
    assert heard(server, b"GET / HTTP/1.1\r\nHost:") == b""
    assert heard(server) == b""
