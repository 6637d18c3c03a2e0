"""The life of one text: its statuses and the moves between them. `explaining` says what they mean to a person.

Callbacks come late, twice and out of order, so a status only ever moves forward:

    HELD < QUEUED < SENDING < UNCONFIRMED < SENT < (DELIVERED, UNDELIVERED, FAILED, CANCELED) < READ

The four in brackets are ends: the first one stays, except that READ may follow DELIVERED, UNDELIVERED and FAILED (a
person cannot read what did not arrive), and DELIVERED may follow UNDELIVERED when we asked the provider ourselves
(`polled=True`), never because of a late callback. A retry after a passing error keeps SENDING, and a repeated send
after an unknown outcome keeps UNCONFIRMED: how often we tried is the outbox's knowledge. RECEIVED belongs to inbound
texts and never moves.

Source of the order: Twilio's message statuses (accepted, scheduled < queued < sending < sent < ends < read), with our
own HELD (waits for a person's decision) and UNCONFIRMED (handed over, answer lost). Plain values: no Django.
"""

from enum import StrEnum


class MessageStatus(StrEnum):
    """Where a text is in its life."""

    RECEIVED = "received"
    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    UNCONFIRMED = "unconfirmed"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    READ = "read"


UNSETTLED = (MessageStatus.HELD, MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNCONFIRMED)
"""Texts that may still leave, or of which nobody knows yet whether they did."""


class Retry(StrEnum):
    """What may be done after an error of some kind."""

    BACK_OFF = "back_off"  # again, later and later, until the text expires
    ONCE_LATER = "once_later"
    RECONCILE = "reconcile"  # find out first whether it was sent; never send again blindly
    NEVER = "never"


class ErrorKind(StrEnum):
    """Why a provider did not take or deliver a text: the same few kinds for every provider."""

    RATE_LIMITED = "rate_limited"
    TRANSIENT = "transient"
    UNREACHABLE = "unreachable"
    UNKNOWN_OUTCOME = "unknown_outcome"
    ABSENT = "absent"
    INVALID_RECIPIENT = "invalid_recipient"
    OPTED_OUT = "opted_out"
    CONTENT_REJECTED = "content_rejected"
    SENDER_NOT_ALLOWED = "sender_not_allowed"
    AUTH = "auth"
    ACCOUNT = "account"
    REGION = "region"
    INVALID_REQUEST = "invalid_request"
    UNKNOWN = "unknown"

    @property
    def retry(self) -> Retry:
        """Whether and how the same text may be tried again."""
        return _RETRIES.get(self, Retry.NEVER)


_RETRIES = {
    ErrorKind.RATE_LIMITED: Retry.BACK_OFF,
    ErrorKind.TRANSIENT: Retry.BACK_OFF,
    ErrorKind.UNREACHABLE: Retry.ONCE_LATER,
    ErrorKind.UNKNOWN_OUTCOME: Retry.RECONCILE,
}

_S = MessageStatus
RANK: dict[MessageStatus, int] = {
    _S.HELD: 0,
    _S.QUEUED: 1,
    _S.SENDING: 2,
    _S.UNCONFIRMED: 3,
    _S.SENT: 4,
    _S.CANCELED: 9,
    _S.FAILED: 9,
    _S.UNDELIVERED: 9,
    _S.DELIVERED: 9,
    _S.READ: 10,
    _S.RECEIVED: 10,
}
# Nothing more is expected to happen to a text in one of these.
FINAL = frozenset({_S.RECEIVED, _S.CANCELED, _S.FAILED, _S.UNDELIVERED, _S.DELIVERED, _S.READ})

_PROVIDER_ENDS = frozenset({_S.DELIVERED, _S.UNDELIVERED, _S.FAILED, _S.READ})
ALLOWED: dict[MessageStatus, frozenset[MessageStatus]] = {
    _S.HELD: frozenset({_S.QUEUED, _S.CANCELED, _S.FAILED}),
    # A callback may overtake our own record of the hand-over, so every later status is possible.
    _S.QUEUED: frozenset({_S.SENDING, _S.UNCONFIRMED, _S.SENT, _S.CANCELED}) | _PROVIDER_ENDS,
    _S.SENDING: frozenset({_S.UNCONFIRMED, _S.SENT}) | _PROVIDER_ENDS,
    _S.UNCONFIRMED: frozenset({_S.SENT}) | _PROVIDER_ENDS,
    _S.SENT: _PROVIDER_ENDS,
    _S.UNDELIVERED: frozenset({_S.READ}),
    _S.FAILED: frozenset({_S.READ}),
    _S.DELIVERED: frozenset({_S.READ}),
    _S.CANCELED: frozenset(),
    _S.READ: frozenset(),
    _S.RECEIVED: frozenset(),
}


def may_move(current: MessageStatus, new: MessageStatus, *, polled: bool = False) -> bool:
    """Whether a text may go from one status to the other. `polled`: we asked the provider; it is no callback."""
    if polled and (current, new) == (_S.UNDELIVERED, _S.DELIVERED):
        return True
    return new in ALLOWED[current]


def advance(current: MessageStatus, new: MessageStatus, *, polled: bool = False) -> MessageStatus:
    """The status after hearing `new`: `new` if that is a move forward, else `current`. Never raises."""
    return new if may_move(current, new, polled=polled) else current


def taken(current: MessageStatus, error_kind: str, new: MessageStatus) -> MessageStatus:
    """The status after proof that the provider has the text, and says `new` of it.

    A text that we gave up because the provider's list did not hold it (ABSENT) was only assumed not to be sent, so the
    proof counts more than that end. A provider's own queue is "sent" to us: it has the text.
    """
    known = _S.UNCONFIRMED if error_kind == ErrorKind.ABSENT else current
    return advance(known, _S.SENT if RANK[new] < RANK[_S.SENT] else new)
