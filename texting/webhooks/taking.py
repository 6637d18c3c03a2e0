"""Takes providers' requests: the signature first, then what they say. The one door, also for a request that was kept.

A request means what it says only after `verify_signature` has said yes with the line's credentials of this moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from tenancy.bulk_reads import read_rows
from texting import receiving, status_reports
from texting.models import Line
from texting.phone_numbers import BadNumber, from_provider
from texting.providers.base import Credentials, Hook, Inbound, Provider, StatusEvent, UnreadableHook
from texting.providers.registry import provider_for

_LINE = "SELECT * FROM texting_line WHERE organization_id = %s AND id = %s"


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


@dataclass(frozen=True)
class Heard:
    """What a verified request says: customers' texts, or what became of the attempt that `token` names."""

    texts: tuple[Inbound, ...] = ()
    token: str = ""
    events: tuple[StatusEvent, ...] = ()


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
    return take_all(line.pk, [read(adapter_of(line), line.number, request)])[0]


def read(provider: Provider, number: str, request: Request) -> Heard:
    """What the request of the line with this number says. Looks at nothing but the request. Raises NotTaken."""
    if not provider.verify_signature(request.hook):
        raise NotTaken(Refusal.SIGNATURE)
    try:
        if request.token is not None:
            return Heard(token=request.token, events=tuple(provider.parse_status(request.hook)))
        texts = tuple(replace(text, sent_at=request.hook.received_at) for text in provider.parse_inbound(request.hook))
        for text in texts:
            from_provider(text.from_)
            ours = text.to == number or from_provider(text.to).e164 == number
            if not (ours or text.through_pool):
                raise OtherLine("To is another number.")
    except (UnreadableHook, BadNumber) as error:
        raise NotTaken(Refusal.UNREADABLE, error) from None
    return Heard(texts)


def take_all(line_id: UUID, heard: Sequence[Heard]) -> list[bool]:
    """`take` for many verified requests of one line, in their order, in the running transaction."""
    if texts := [text for one in heard for text in one.texts]:
        receiving.receive_all(_line(line_id), texts)
    said = [(one.token, event) for one in heard for event in one.events]
    known = status_reports.take_statuses(line_id, said)
    unknown = {token for (token, _), is_known in zip(said, known, strict=True) if not is_known}
    return [one.token not in unknown for one in heard]


def _line(line_id: UUID) -> Line:
    """Raises Line.DoesNotExist."""
    for line in read_rows(Line, _LINE, [line_id]):
        return line
    raise Line.DoesNotExist
