"""What every payment adapter speaks: plain values, one protocol, one family of errors.

An adapter belongs to one account. All its calls go over the network, so none may be made inside a transaction; webhooks
are verified and read without any. What a provider says of a session or a refund is a fact, whether it came by webhook
or because it was asked: `portal.payments.booking` takes both the same way.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol, Self

from portal.models import PaymentRefund, PaymentSession

SessionState = PaymentSession.State
RefundState = PaymentRefund.State
MAX_HOOK_BYTES = 262_144  # a larger webhook is refused before it is parsed


@dataclass(frozen=True)
class Keys:
    """What one account needs at its provider. `base_url` is the operator's choice and is never stored."""

    account_id: str = ""  # ours
    api_key: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    base_url: str = field(default="", repr=False)

    @classmethod
    def from_json(cls, text: str, *, account_id: str = "", base_url: str = "") -> Self:
        """Read what is stored with an account. Raises ValueError, which quotes no value."""
        try:
            stored = json.loads(text)
            return cls(account_id, str(stored["api_key"]), str(stored["webhook_secret"]), base_url)
        except (ValueError, KeyError, TypeError):
            raise ValueError("The stored keys of a payment account cannot be read.") from None

    def to_json(self) -> str:
        """The text to store."""
        return json.dumps({"api_key": self.api_key, "webhook_secret": self.webhook_secret})


@dataclass(frozen=True)
class Wanted:
    """A page on which one amount can be paid once. Nothing in it says who pays or what for.

    `reference` (a session's id) is also the idempotency key, so everything here has to be the same when it is repeated.
    """

    reference: str
    amount_minor: int
    currency: str
    payee: str
    expires_at: datetime
    return_url: str
    cancel_url: str


@dataclass(frozen=True)
class Opened:
    """The page: the provider's id of it, and where it is."""

    session_reference: str
    url: str = field(repr=False)


@dataclass(frozen=True)
class RefundWanted:
    """Money to be given back; `reference` (a refund's id) is also the idempotency key."""

    reference: str
    payment_reference: str
    amount_minor: int
    currency: str
    reason: str


@dataclass(frozen=True)
class SessionFact:
    """What a provider says of a page; either reference finds it. `amount_minor`: what was paid, 0 while nothing was."""

    state: SessionState
    session_reference: str = ""
    reference: str = ""  # ours
    payment_reference: str = ""
    amount_minor: int = 0
    currency: str = ""


@dataclass(frozen=True)
class RefundFact:
    """What a provider says of a refund. `reference` is ours, "" for one that was made at the provider."""

    state: RefundState
    refund_reference: str
    payment_reference: str
    amount_minor: int
    currency: str
    reference: str = ""


Fact = SessionFact | RefundFact


@dataclass(frozen=True)
class Hook:
    """A webhook as it came."""

    body: bytes = field(repr=False)
    signature: str = field(repr=False)


@dataclass(frozen=True)
class ProviderEvent:
    """A webhook that was read. `ask_payment` names a payment about which the provider should be asked."""

    reference: str
    kind: str
    facts: tuple[Fact, ...] = ()
    ask_payment: str = ""


@dataclass(frozen=True)
class AccountFacts:
    """Whose keys they are."""

    reference: str
    name: str
    is_live: bool


@dataclass(frozen=True)
class Capabilities:
    """`origins`: where the page may be, for the browser's rule on where a form may lead."""

    wallets: bool
    partial_refunds: bool
    real_money: bool
    origins: tuple[str, ...]


class Trouble(StrEnum):
    """Why a provider did not do it."""

    AUTH = "auth"
    REQUEST = "request"
    BUSY = "busy"
    AWAY = "away"


class PaymentError(Exception):
    """The base: nothing a provider wrote is in it."""


class NotDone(PaymentError):
    """The provider has not done it, for certain. `again`: the same call may work later."""

    def __init__(self, trouble: Trouble, *, again: bool) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.again = again


class OutcomeUnknown(PaymentError):
    """The provider may have done it. The same call with the same key finds out."""


class UnreadableEvent(ValueError):
    """Signed, but not what the provider's description says."""


class PaymentProvider(Protocol):
    """One account at one provider."""

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    def __init__(self, keys: Keys) -> None: ...

    def check(self) -> AccountFacts:
        """Whose keys these are. Raises PaymentError."""

    def amount_problem(self, amount_minor: int, currency: str) -> str:
        """Why this amount cannot be asked for here, as a sentence; "" when it can. No network."""

    def create(self, wanted: Wanted) -> Opened:
        """Make the page, or give the one that was made for this reference. Raises PaymentError."""

    def fetch(self, session_reference: str) -> list[Fact]:
        """What the provider knows now of a page, its payment and the refunds of it. Raises PaymentError."""

    def expire(self, session_reference: str) -> None:
        """Close a page; one that is over already stays as it is. Raises PaymentError."""

    def refund(self, wanted: RefundWanted) -> RefundFact:
        """Give money back, or say what became of it under this reference. Raises PaymentError."""

    def verify(self, hook: Hook, *, now: float) -> bool:
        """Whether the provider signed it within the last minutes. `now`: seconds since 1970."""

    def parse(self, hook: Hook) -> ProviderEvent:
        """What a verified webhook says. Raises UnreadableEvent."""
