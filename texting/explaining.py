"""What the state of a text means to a person: a label, why, and what to do. Plain values: no Django."""

from dataclasses import dataclass

from texting.statuses import ErrorKind, MessageStatus

_S = MessageStatus


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
    _S.CANCELED: Explanation(
        "Canceled", "The text was canceled before it was sent.", "Write it again if it is needed."
    ),
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


_SPEAKS_FOR_ITSELF = frozenset({ErrorKind.AUTH, ErrorKind.ACCOUNT, ErrorKind.OPTED_OUT})
# Why one of our own rules kept a text back at the last moment, or why it was given up, by `Message.provider_code`.
_CODE_WORDS = {
    "author.active": (
        "The colleague who wrote it can no longer send texts.",
        "Read it, and send it yourself if it is still right.",
    ),
    "line.active": (
        "The line was switched off before the text could leave.",
        "Ask an admin to switch it on, or write from another line.",
    ),
    "consent.none": ("There was no permission to text this number any more.", "Ask them to text START first."),
    "carrier.day": (
        "The carriers took no more texts of this line's brand that day, and the next day would have been too late.",
        "Call if it cannot wait, or send it again after midnight Pacific time.",
    ),
    "contact.blocked": ("The contact was blocked before it could leave.", "Unblock them first if it is to go."),
    "announced.canceled": ("Its announcement was canceled before it left.", ""),
    "canceled": ("A colleague took it back before it left.", ""),
    "hours.closed": ("It was not the time for it where the customer is, and it could not wait.", "Send it again."),
    "expired": (
        "It could not be handed over in time, and later it would have come too late.",
        "Send it again if it is still needed.",
    ),
}
_WAIT_WORDS = {
    "announced.paused": Explanation(
        "Paused", "Its announcement is paused.", "It leaves when somebody goes on with the announcement."
    ),
    "carrier.day": Explanation(
        "Waits for tomorrow",
        "The carriers take no more texts of this line's brand today.",
        "It leaves by itself after midnight Pacific time. Call if it cannot wait.",
    ),
    "hours.closed": Explanation(
        "Waits for their hours",
        "It is not the time for this text where the customer is.",
        "It leaves by itself when their hours begin. Call if it cannot wait.",
    ),
    "hours.cap": Explanation(
        "Waits for its turn",
        "The customer has got as many texts of this kind as the rules allow for now.",
        "It leaves by itself when one more is allowed.",
    ),
}
_NO_RECEIPT = Explanation(
    "No receipt",
    "The phone network took the text and never said whether it arrived.",
    "Ask the customer, or call, if it matters.",
)
_TWICE = Explanation(
    "Perhaps twice",
    "The provider has this text twice, so the customer may have got it twice.",
    "Nothing, or a word to the customer.",
)


def reason_of(kind: str) -> str:
    """Why texts with this kind of error did not arrive, in a sentence; "" for none."""
    return _ERROR_WORDS[ErrorKind(kind)][0] if kind else ""


def explain(
    status: MessageStatus, error_kind: ErrorKind | None = None, code: str = "", attention: str = ""
) -> Explanation:
    """What a person should read about a text. The kind of error counts only while the text has not arrived.

    `code` is `Message.provider_code` and `attention` `Message.attention`, where they say more.
    """
    words = _STATUS_WORDS[status]
    if attention == "duplicate":
        return _TWICE
    if attention == "no_receipt" and status is _S.SENT:
        return _NO_RECEIPT
    if code in _WAIT_WORDS and status in {_S.QUEUED, _S.SENDING}:
        return _WAIT_WORDS[code]
    if code in _CODE_WORDS and status in {_S.CANCELED, _S.FAILED} and error_kind not in _SPEAKS_FOR_ITSELF:
        return Explanation(words.label, *_CODE_WORDS[code])
    if error_kind is None or status in {_S.RECEIVED, _S.HELD, _S.SENT, _S.DELIVERED, _S.CANCELED, _S.READ}:
        return words
    reason, what_to_do = _ERROR_WORDS[error_kind]
    return Explanation(words.label, reason, what_to_do)
