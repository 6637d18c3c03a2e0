"""Who carries a sign-in code to a phone: asked upwards, through `settings.ACCOUNTS_CODE_SENDERS`.

accounts knows neither providers nor lines. An empty list is no error: then there are no codes by text.
"""

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class BadNumber(ValueError):
    """This is no phone that could get a code; `str(error)` says so to the person who typed it, without the number."""


class CannotSend(Exception):
    """The code did not go; `str(error)` is a sentence for the person who waits for it."""


@dataclass(frozen=True)
class CodeNumber:
    """A phone number: E.164, and what pages show of it."""

    e164: str
    masked: str


class CodeSender(Protocol):
    """Each call stands in a transaction with an organization active: nothing outside the machine is called."""

    def is_offered(self) -> bool:
        """Whether the active organization can send codes this way."""

    def read(self, typed: str) -> CodeNumber:
        """The number that somebody typed. Raises BadNumber."""

    def send(self, *, number: str, words: str) -> None:
        """Queue these words (with the code) for this number, at most once. Raises CannotSend."""

    def used(self, *, number: str) -> None:
        """The code that went to this number was typed in."""


@cache
def senders() -> tuple[CodeSender, ...]:
    """Those that settings name, in their order."""
    return tuple(import_string(path)() for path in settings.ACCOUNTS_CODE_SENDERS)


def sender() -> CodeSender | None:
    """The first that the active organization can use; None when there is none."""
    return next((one for one in senders() if one.is_offered()), None)
