"""Whether the running work may open what is withheld (`tenancy.encryption.withholding`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_opens: ContextVar[bool] = ContextVar("opens_withheld", default=False)


@contextmanager
def opening_withheld() -> Iterator[None]:
    """Inside it what is withheld opens: for sealing anew what must stay, and for looking whether it could be opened."""
    token = _opens.set(True)
    try:
        yield
    finally:
        _opens.reset(token)


def opens_withheld() -> bool:
    """Whether it may."""
    return _opens.get()
