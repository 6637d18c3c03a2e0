"""The id that ties together what one request or one task wrote into the log.

It is random, says nothing about anybody, and goes back to whoever asked as `X-Request-Id`, so that a person who meets
an error can name it. A proxy of ours may have given the request one already.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "X-Request-Id"
_USABLE = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)

_current: ContextVar[str] = ContextVar("trace", default="")


def current() -> str:
    """The id of what is being done; "" outside of requests and tasks."""
    return _current.get()


@contextmanager
def traced(given: str = "") -> Iterator[str]:
    """Do something under this id, or under a new one if it is none that may stand in a log. Yields the id."""
    name = given if _USABLE.fullmatch(given) else secrets.token_hex(8)
    token = _current.set(name)
    try:
        yield name
    finally:
        _current.reset(token)
