"""Looks a name up, once."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from ipaddress import ip_address

from tenancy.egress.addresses import EgressRefused, Ip, Reach, Refusal, WebAddress, may_reach
from tenancy.egress.failures import EgressFailed, Failure

Resolver = Callable[[str], Awaitable[list[str]]]
"""Takes a name and gives the numbers it has now, as text. Raises OSError when there are none."""

MOST_TRIED = 4  # numbers of one name to which a connection is tried


async def checked_numbers(address: WebAddress, reach: Reach, resolver: Resolver) -> list[Ip]:
    """The machines behind the address, looked up once and allowed without exception.

    Raises EgressRefused when any of them may not be reached: a name with mixed answers is a trick or a mistake.
    """
    if address.number is not None:
        numbers = [address.number]
    else:
        try:
            numbers = [ip_address(text) for text in dict.fromkeys(await resolver(address.host))]
        except (OSError, UnicodeError):  # the library's error would name the host
            numbers = []
        if not numbers:
            raise EgressFailed(Failure.NAME_NOT_FOUND)
    if not all(may_reach(number, reach) for number in numbers):
        raise EgressRefused(Refusal.NOT_PUBLIC)
    return numbers[:MOST_TRIED]


async def system_resolver(name: str) -> list[str]:
    """Ask the system, from a thread of its own: one that hangs may not hold up the end of the event loop."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def deliver(numbers: list[str] | None) -> None:
        if answer.done():
            return
        if numbers is None:
            answer.set_exception(OSError())
        else:
            answer.set_result(numbers)

    def ask() -> None:
        try:
            found = socket.getaddrinfo(_absolute(name), None, type=socket.SOCK_STREAM)
            numbers = [str(entry[4][0]) for entry in found]
        except (OSError, UnicodeError):
            numbers = None
        with suppress(RuntimeError):  # nobody waits any more
            loop.call_soon_threadsafe(deliver, numbers)

    threading.Thread(target=ask, name="look up a name", daemon=True).start()
    return await answer


def _absolute(name: str) -> str:
    """With a last dot, so that no search list of the machine makes `a.b` into `a.b.svc.cluster.local`."""
    return name if name == "localhost" else f"{name}."
