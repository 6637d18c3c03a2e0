"""A connection to one of the checked machines, with the name's certificate verified."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from functools import cache
from ipaddress import IPv6Address

import h11

from tenancy.egress.addresses import Ip
from tenancy.egress.failures import EgressFailed, Failure
from tenancy.egress.policy import Policy

LARGEST_PROXY_ANSWER = 16_384  # bytes

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect(policy: Policy, numbers: Sequence[Ip], port: int, host: str) -> Streams:
    """Connect to the first of `numbers` that takes the connection; SNI and certificate are those of `host`.

    Raises EgressFailed. There is no time limit here. The connection is made to the number itself: behind this point no
    name is looked up but that of the operator's own proxy.
    """
    plain = await (_through(policy.proxy, numbers, port) if policy.proxy else _directly(numbers, port))
    try:
        return await asyncio.open_connection(sock=plain, ssl=_verifying(policy.ca_file), server_hostname=host)
    except ssl.SSLCertVerificationError:
        failure = Failure.CERTIFICATE
    except OSError:  # ssl.SSLError is one
        failure = Failure.TLS
    raise EgressFailed(failure)  # outside the handlers: the library's exception names the host


@cache
def _verifying(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    context.set_alpn_protocols(["http/1.1"])
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


async def _directly(numbers: Sequence[Ip], port: int) -> socket.socket:
    """Each number gets an equal share of the time by itself: one that is silent may not use up the others'."""
    for number in numbers:
        try:
            async with asyncio.timeout(max(1.0, 4.0 / len(numbers))):
                return await _open(number, port)
        except OSError:  # TimeoutError is one
            continue
    raise EgressFailed(Failure.NOT_CONNECTED)


async def _open(number: Ip, port: int) -> socket.socket:
    family = socket.AF_INET6 if isinstance(number, IPv6Address) else socket.AF_INET
    plain = socket.socket(family, socket.SOCK_STREAM)
    try:
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, (str(number), port))
    except BaseException:
        plain.close()
        raise
    return plain


async def _through(proxy: tuple[str, int], numbers: Sequence[Ip], port: int) -> socket.socket:
    """A tunnel to the first number. The proxy is told the number, not the name, so it cannot find another machine."""
    loop = asyncio.get_running_loop()
    plain: socket.socket | None = None
    try:
        found = await loop.getaddrinfo(*proxy, type=socket.SOCK_STREAM)
        family, kind, protocol, _name, place = found[0]
        plain = socket.socket(family, kind, protocol)
        plain.setblocking(False)
        await loop.sock_connect(plain, place)
        if await _tunnel(plain, numbers[0], port):
            return plain
    except (OSError, h11.ProtocolError):
        pass
    except BaseException:
        if plain:
            plain.close()
        raise
    if plain:
        plain.close()
    raise EgressFailed(Failure.PROXY)


async def _tunnel(plain: socket.socket, number: Ip, port: int) -> bool:
    loop, wire = asyncio.get_running_loop(), h11.Connection(h11.CLIENT, LARGEST_PROXY_ANSWER)
    place = f"[{number}]:{port}" if isinstance(number, IPv6Address) else f"{number}:{port}"
    asked = wire.send(h11.Request(method="CONNECT", target=place, headers=[("Host", place)]))
    await loop.sock_sendall(plain, asked or b"")
    while True:
        event = wire.next_event()
        if event is h11.NEED_DATA:
            wire.receive_data(await loop.sock_recv(plain, LARGEST_PROXY_ANSWER))
        elif isinstance(event, h11.Response):
            return 200 <= event.status_code < 300 and not wire.trailing_data[0]
        elif not isinstance(event, h11.InformationalResponse):
            return False
