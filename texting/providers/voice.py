"""Calls through a line's provider: what an adapter that can place them speaks besides (`Capabilities.calls`).

A call has two legs. The agent's phone rings first; whoever answers it presses a key, and only then the customer's
rings. Without the key a voice mailbox that answers for the agent would be put through to the customer.

As with texts no provider offers an idempotency key, so `NotAccepted` and `OutcomeUnknown` are kept apart. Nothing that
is handed over holds a word of a conversation. Plain values: no Django.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from texting.providers.base import Hook

RING_SECONDS = 25  # shorter than most voice mailboxes wait
LONGEST_CALL = timedelta(hours=1)


class CallStatus(StrEnum):
    """Where one leg of a call is. Source of the words: twilio.com/docs/voice/api/call-resource#call-status-values."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    CANCELED = "canceled"


_ORDER = (CallStatus.QUEUED, CallStatus.RINGING, CallStatus.IN_PROGRESS)
ENDS = frozenset(CallStatus) - frozenset(_ORDER)


def moves(before: str, after: CallStatus) -> bool:
    """Whether a report moves a leg on: reports come late, twice and out of order, and the first end stays."""
    if not before:
        return True
    status = CallStatus(before)
    if status in ENDS:
        return False
    return after in ENDS or _ORDER.index(after) > _ORDER.index(status)


class Leg(StrEnum):
    """Whose phone a report is about."""

    AGENT = "agent"
    CUSTOMER = "customer"


@dataclass(frozen=True)
class OutboundCall:
    """Rings the agent's phone. Numbers are E.164; both addresses are ours and hold this call's opaque token.

    `words` are spoken to the agent and ask for the key; `connect_url` is asked once they have pressed it.
    """

    to: str = field(repr=False)
    from_: str = field(repr=False)
    connect_url: str = field(repr=False)
    status_url: str = field(repr=False)
    words: str = field(repr=False)


@dataclass(frozen=True)
class CallResult:
    """The provider has the call."""

    provider_call_id: str
    status: CallStatus


@dataclass(frozen=True)
class CallEvent:
    """What a verified report says. `provider_call_id` is the agent's leg; `seconds` of talking when it is over."""

    provider_call_id: str
    leg: Leg
    status: CallStatus
    seconds: int | None = None


@dataclass(frozen=True)
class HookAnswer:
    """What the provider is answered."""

    content_type: str
    body: str = field(repr=False)


class VoiceSession(Protocol):
    """What a session can do besides."""

    async def call(self, call: OutboundCall) -> CallResult:
        """Ring the agent's phone. Raises ProviderError only."""


class VoiceProvider(Protocol):
    """What an adapter can do besides."""

    def parse_call(self, hook: Hook) -> CallEvent:
        """The change in a verified report. Raises UnreadableHook."""

    def key_pressed(self, hook: Hook) -> bool:
        """Whether the agent has pressed a key. Raises UnreadableHook."""

    def bridge(self, *, to: str, from_: str, status_url: str) -> HookAnswer:
        """Put the agent through to the customer, who sees the line's number."""

    def hang_up(self) -> HookAnswer:
        """End the call."""
