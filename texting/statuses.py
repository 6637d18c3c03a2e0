"""The life of one text: its statuses, the moves between them, and what they mean to a person.

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

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a person is told. `label`: one or two words. `reason` and `what_to_do`: a sentence each, may be empty."""

    label: str
    reason: str
    what_to_do: str


_STATUS_WORDS = {
    _S.RECEIVED: Explanation("Received", "The customer sent this text.", ""),
    _S.HELD: Explanation(
        "Waiting for approval",
        "A rule asks a second person to look at this text before it is sent.",
        "Someone who may approve texts can send it or turn it down.",
    ),
    _S.QUEUED: Explanation("Waiting to send", "The text is next in line.", ""),
    _S.SENDING: Explanation("Sending", "The text is being handed to the phone network.", ""),
    _S.UNCONFIRMED: Explanation(
        "Not confirmed",
        "The connection broke before the provider answered, so the text may or may not have been sent.",
        "Wait a few minutes: we are asking the provider. Sending it again now could deliver it twice.",
    ),
    _S.SENT: Explanation("Sent", "The phone network took the text and has not yet said that it arrived.", ""),
    _S.DELIVERED: Explanation("Delivered", "The text reached the customer's phone.", ""),
    _S.UNDELIVERED: Explanation(
        "Not delivered",
        "The phone network could not deliver the text.",
        "Check the number, or call the customer.",
    ),
    _S.FAILED: Explanation("Not sent", "The text was not sent.", "Try again, or call the customer."),
    _S.CANCELED: Explanation("Canceled", "The text was canceled before it was sent.", ""),
    _S.READ: Explanation("Read", "The customer opened the text.", ""),
}

# Reason and advice by kind of error; the label stays that of the status.
_ERROR_WORDS = {
    ErrorKind.RATE_LIMITED: (
        "Too many texts were sent at once, and the network asked us to slow down.",
        "Nothing: it is tried again by itself. If it stays so, send the text again later.",
    ),
    ErrorKind.TRANSIENT: (
        "The provider had a short outage.",
        "Nothing: it is tried again by itself. If it stays so, send the text again later.",
    ),
    ErrorKind.UNREACHABLE: (
        "The customer's phone is switched off or has no signal.",
        "Try again later, or call the customer.",
    ),
    ErrorKind.UNKNOWN_OUTCOME: (
        "The connection broke before the provider answered, so the text may or may not have been sent.",
        "Ask the customer before sending it again, or it may arrive twice.",
    ),
    ErrorKind.ABSENT: (
        "The connection broke before the provider answered, and the provider's list does not hold the text.",
        "Send it again if it is still needed.",
    ),
    ErrorKind.INVALID_RECIPIENT: (
        "This number cannot receive texts: it may be a landline or no longer in use.",
        "Check the number with the customer, or call.",
    ),
    ErrorKind.OPTED_OUT: (
        "The customer has asked not to be texted.",
        "Do not text again. Only the customer can undo this, by texting START.",
    ),
    ErrorKind.CONTENT_REJECTED: (
        "The phone network refused what the text says.",
        "Reword it: leave out links, capital letters and sales words, or call the customer.",
    ),
    ErrorKind.SENDER_NOT_ALLOWED: (
        "Our own number is not registered for texts like this.",
        "Tell your administrator: the line's registration needs attention.",
    ),
    ErrorKind.AUTH: (
        "The provider did not accept our sign-in.",
        "Tell your administrator: the line's credentials need attention.",
    ),
    ErrorKind.REGION: (
        "Texts to this country are not switched on in our account.",
        "Call the customer, or ask your administrator to switch the country on.",
    ),
    ErrorKind.ACCOUNT: (
        "The provider has stopped our account or limits what it may send.",
        "Tell your administrator: the provider's account needs attention.",
    ),
    ErrorKind.INVALID_REQUEST: (
        "The provider could not understand our request.",
        "Tell your administrator: this is a fault of ours, not yours.",
    ),
    ErrorKind.UNKNOWN: ("The phone network gave no reason.", "Try again once, or call the customer."),
}


def explain(status: MessageStatus, error_kind: ErrorKind | None = None) -> Explanation:
    """What a person should read about a text. The kind of error counts only while the text has not arrived."""
    words = _STATUS_WORDS[status]
    if error_kind is None or status in {_S.RECEIVED, _S.HELD, _S.SENT, _S.DELIVERED, _S.CANCELED, _S.READ}:
        return words
    reason, what_to_do = _ERROR_WORDS[error_kind]
    return Explanation(words.label, reason, what_to_do)
