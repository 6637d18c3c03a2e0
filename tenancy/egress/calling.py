"""One request to an address that somebody else chose, and its bounded answer.

HTTP/1.1 by h11 over a connection that `connecting` has made: what could be turned against us (redirects, cookies,
proxies of the environment, decompression, keep-alive) is not switched off here, it does not exist.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import h11

from tenancy.egress import policy
from tenancy.egress.addresses import WebAddress, read
from tenancy.egress.connecting import connect
from tenancy.egress.failures import EgressFailed, Failure
from tenancy.egress.resolving import Resolver, checked_numbers, system_resolver

CONNECT_SECONDS = 5.0  # for looking the name up, connecting, the proxy and TLS
ANSWER_SECONDS = 10.0  # from then to the end of the answer
LARGEST_BODY = 256 * 1024  # bytes of the answer that are read
LARGEST_HEAD = 32 * 1024  # bytes of everything in front of the body
LARGEST_ANSWER = 1024 * 1024  # bytes on the wire; a body in tiny chunks is mostly framing


@dataclass(frozen=True)
class Answer:
    """What came back. `headers` have lower-case names, the first of each; `cut` when the body went on."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool


def address(text: str) -> WebAddress:
    """Read an address that somebody gave. Raises EgressRefused. A name is looked up only when it is called."""
    return read(text, policy.current().reach)


async def call(
    to: WebAddress,
    *,
    method: str = "POST",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    resolver: Resolver = system_resolver,
) -> Answer:
    """Make one request; takes 15 seconds at most. A redirect is an answer like any other, and not followed.

    Raises EgressRefused when the address leads where it may not, EgressFailed when there is no whole answer. No
    transaction may be open.
    """
    now = policy.current()
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            numbers = await checked_numbers(to, now.reach, resolver)
            reader, writer = await connect(now, numbers, to.port, to.host)
    except TimeoutError:
        raise EgressFailed(Failure.SLOW_TO_CONNECT) from None
    failure = Failure.BROKEN_ANSWER
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await _exchange(reader, writer, _request(to, method, headers or {}, body), body)
    except TimeoutError:
        failure = Failure.SLOW_TO_ANSWER
    except (OSError, h11.RemoteProtocolError):
        pass
    finally:
        writer.transport.abort()  # no farewell: the other side may not make us wait for it
    raise EgressFailed(failure)


def _request(to: WebAddress, method: str, headers: Mapping[str, str], body: bytes) -> h11.Request:
    ours = {"Host": to.authority, "Accept-Encoding": "identity", "Connection": "close"}
    if body or method != "GET":
        ours["Content-Length"] = str(len(body))
    return h11.Request(method=method, target=to.target, headers=[*ours.items(), *headers.items()])


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: h11.Request, body: bytes
) -> Answer:
    wire = h11.Connection(h11.CLIENT, LARGEST_HEAD)
    sent = [wire.send(request), wire.send(h11.Data(data=body)) if body else b"", wire.send(h11.EndOfMessage())]
    writer.write(b"".join(part or b"" for part in sent))
    await writer.drain()
    answer: h11.Response | None = None
    content, received = bytearray(), 0
    while True:
        event = wire.next_event()
        if event is h11.NEED_DATA:
            piece = await reader.read(16_384)
            received += len(piece)
            if answer is None and received > LARGEST_HEAD:  # h11 itself bounds what is incomplete only
                raise EgressFailed(Failure.HEADERS_TOO_LARGE)
            if received > LARGEST_ANSWER:
                raise EgressFailed(Failure.BROKEN_ANSWER)
            wire.receive_data(piece)
        elif isinstance(event, h11.Response):
            answer = event
        elif isinstance(event, h11.Data):
            content += event.data
        elif not isinstance(event, h11.InformationalResponse):
            break
        if len(content) > LARGEST_BODY:
            break
    if answer is None:
        raise EgressFailed(Failure.BROKEN_ANSWER)
    return Answer(
        answer.status_code, _first_of_each(answer), bytes(content[:LARGEST_BODY]), len(content) > LARGEST_BODY
    )


def _first_of_each(answer: h11.Response) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in answer.headers:
        found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    return found
