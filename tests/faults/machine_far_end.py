"""The far end of the state machine: a provider in this process, with its ledger, that does what it is told next."""

import itertools
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from texting.providers import base
from texting.statuses import ErrorKind, MessageStatus

SCRIPTS = {
    "taken, answer lost": (True, base.OutcomeUnknown()),
    "not taken, answer lost": (False, base.OutcomeUnknown()),
    "busy": (False, base.NotAccepted(ErrorKind.RATE_LIMITED, retry=True, retry_after=1.0)),
    "away": (False, base.NotAccepted(ErrorKind.TRANSIENT, retry=True)),
    "no such number": (False, base.NotAccepted(ErrorKind.INVALID_RECIPIENT, retry=False)),
    "sign-in refused": (False, base.NotAccepted(ErrorKind.AUTH, retry=False)),
}


@dataclass
class Taken:
    """One text that it has."""

    sid: str
    outbound: base.Outbound
    status: MessageStatus = MessageStatus.SENT
    reports: list[MessageStatus] = field(default_factory=list)

    @property
    def token(self) -> str:
        return self.outbound.status_url.rpartition("/")[2]


class Machine:
    """Its memory. `forbidden`: numbers that may get nothing but answers; what was sent to them all the same."""

    def __init__(self) -> None:
        self.ledger: list[Taken] = []
        self.scripts: list[str] = []
        self.silent = False
        self.received: list[base.Inbound] = []
        self.ids = itertools.count(1)

    def take(self, outbound: base.Outbound) -> base.SendResult:
        """The next script, or taken as usual."""
        takes, answer = SCRIPTS[self.scripts.pop(0)] if self.scripts else (True, None)
        if takes:
            self.ledger.append(Taken(f"far-{next(self.ids)}", outbound))
        if answer is not None:
            raise answer
        return base.SendResult(self.ledger[-1].sid, MessageStatus.SENT)


FAR_END = Machine()


class MachineProvider:
    """The adapter, plugged in as `machine`."""

    name = "machine"
    capabilities = base.Capabilities(
        mms=False,
        max_body=1600,
        max_media=0,
        idempotent_send=False,
        reports_segments=False,
        opt_out_managed=False,
        signs_webhooks=True,
        batch_webhooks=False,
        read_receipts=False,
    )

    def __init__(self, credentials: base.Credentials) -> None:
        self.credentials = credentials

    @asynccontextmanager
    async def open_session(self):
        yield self

    async def send(self, outbound: base.Outbound) -> base.SendResult:
        return FAR_END.take(outbound)

    async def fetch(self, provider_message_id: str) -> base.StatusEvent:
        self._speak()
        [found] = [one for one in FAR_END.ledger if one.sid == provider_message_id]
        return base.StatusEvent(found.sid, found.status, "fetched")

    async def find(self, outbound: base.Outbound, *, since, until) -> list[base.StatusEvent]:
        self._speak()
        same = [one for one in FAR_END.ledger if (one.outbound.to, one.outbound.body) == (outbound.to, outbound.body)]
        return [base.StatusEvent(one.sid, one.status, "listed") for one in same]

    async def list_inbound(self, number: str, *, since, until) -> list[base.Inbound]:
        self._speak()
        return list(FAR_END.received)

    def _speak(self) -> None:
        if FAR_END.silent:
            raise base.NotAccepted(ErrorKind.TRANSIENT, retry=True)
