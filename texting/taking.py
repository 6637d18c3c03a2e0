"""Takes a provider's request: its signature first, then what it says. The one door, also for a request that was kept.

A request means what it says only after `verify_signature` has said yes with the line's credentials of this moment.
"""

from dataclasses import dataclass
from enum import StrEnum

from texting import receiving
from texting.models import Line
from texting.phone_numbers import BadNumber, from_provider
from texting.providers.base import Credentials, Hook, Provider, UnreadableHook
from texting.providers.registry import provider_for


class Refusal(StrEnum):
    """Why a request was not taken."""

    SIGNATURE = "signature"
    UNREADABLE = "unreadable"


class OtherLine(UnreadableHook):
    """Signed with the right token, but about another of the account's numbers."""


@dataclass(frozen=True)
class Request:
    """A request to one line's webhook. `token` names the attempt that it reports on; None for a customer's text."""

    hook: Hook
    token: str | None


class NotTaken(Exception):
    """The request was refused. `because` is the adapter's error of a signed request that cannot be read."""

    def __init__(self, refusal: Refusal, because: UnreadableHook | BadNumber | None = None) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.because = because


def adapter_of(line: Line) -> Provider:
    """The adapter with the line's credentials. Raises UnknownProvider."""
    return provider_for(line.provider, Credentials.from_json(line.credentials))


def take(line: Line, request: Request) -> bool:
    """Store what the request says, in the running transaction; a repeat changes nothing.

    False when it reports on a text that is not known here. Raises NotTaken, UnknownProvider.
    """
    provider = adapter_of(line)
    if not provider.verify_signature(request.hook):
        raise NotTaken(Refusal.SIGNATURE)
    try:
        return _hand_over(provider, line, request)
    except (UnreadableHook, BadNumber) as error:
        raise NotTaken(Refusal.UNREADABLE, error) from None


def _hand_over(provider: Provider, line: Line, request: Request) -> bool:
    if request.token is None:
        for text in provider.parse_inbound(request.hook):
            if from_provider(text.to).e164 != line.number:
                raise OtherLine("To is another number.")
            receiving.receive(line, text)
        return True
    known = [receiving.take_status(line, request.token, event) for event in provider.parse_status(request.hook)]
    return all(known)
