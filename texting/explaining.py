"""What the state of a text means to a person: a label, why, and what to do. Plain values: no Django.

`texting.explained` says it in the reader's language.
"""

from dataclasses import dataclass

from texting.statuses import ErrorKind, MessageStatus

_S = MessageStatus


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a person is told. `label`: one or two words. `reason` and `what_to_do`: a sentence each, may be empty."""

    label: str
    reason: str
    what_to_do: str


_STATUS_WORDS = {
    _S.RECEIVED: Explanation(_("Received"), _("The customer sent this text."), ""),
    _S.HELD: Explanation(
        _("Waiting for approval"),
        _("A rule asks a second person to look at this text before it is sent."),
        _("Someone who may approve texts can send it or turn it down."),
    ),
    _S.QUEUED: Explanation(_("Waiting to send"), _("The text is next in line."), ""),
    _S.SENDING: Explanation(_("Sending"), _("The text is being handed to the phone network."), ""),
    _S.UNCONFIRMED: Explanation(
        _("Not confirmed"),
        _("The connection broke before the provider answered, so the text may or may not have been sent."),
        _("Wait a few minutes: we are asking the provider. Sending it again now could deliver it twice."),
    ),
    _S.SENT: Explanation(_("Sent"), _("The phone network took the text and has not yet said that it arrived."), ""),
    _S.DELIVERED: Explanation(_("Delivered"), _("The text reached the customer's phone."), ""),
    _S.UNDELIVERED: Explanation(
        _("Not delivered"),
        _("The phone network could not deliver the text."),
        _("Check the number, or call the customer."),
    ),
    _S.FAILED: Explanation(_("Not sent"), _("The text was not sent."), _("Try again, or call the customer.")),
    _S.CANCELED: Explanation(
        _("Canceled"), _("The text was canceled before it was sent."), _("Write it again if it is needed.")
    ),
    _S.READ: Explanation(_("Read"), _("The customer opened the text."), ""),
}

# Reason and advice by kind of error; the label stays that of the status.
_ERROR_WORDS = {
    ErrorKind.RATE_LIMITED: (
        _("Too many texts were sent at once, and the network asked us to slow down."),
        _("Nothing: it is tried again by itself. If it stays so, send the text again later."),
    ),
    ErrorKind.TRANSIENT: (
        _("The provider had a short outage."),
        _("Nothing: it is tried again by itself. If it stays so, send the text again later."),
    ),
    ErrorKind.UNREACHABLE: (
        _("The customer's phone is switched off or has no signal."),
        _("Try again later, or call the customer."),
    ),
    ErrorKind.UNKNOWN_OUTCOME: (
        _("The connection broke before the provider answered, so the text may or may not have been sent."),
        _("Ask the customer before sending it again, or it may arrive twice."),
    ),
    ErrorKind.ABSENT: (
        _("The connection broke before the provider answered, and the provider's list does not hold the text."),
        _("Send it again if it is still needed."),
    ),
    ErrorKind.INVALID_RECIPIENT: (
        _("This number cannot receive texts: it may be a landline or no longer in use."),
        _("Check the number with the customer, or call."),
    ),
    ErrorKind.OPTED_OUT: (
        _("The customer has asked not to be texted."),
        _("Do not text again. Only the customer can undo this, by texting START."),
    ),
    ErrorKind.CONTENT_REJECTED: (
        _("The phone network refused what the text says."),
        _("Reword it: leave out links, capital letters and sales words, or call the customer."),
    ),
    ErrorKind.SENDER_NOT_ALLOWED: (
        _("Our own number is not registered for texts like this."),
        _("Tell your administrator: the line's registration needs attention."),
    ),
    ErrorKind.AUTH: (
        _("The provider did not accept our sign-in."),
        _("Tell your administrator: the line's credentials need attention."),
    ),
    ErrorKind.REGION: (
        _("Texts to this country are not switched on in our account."),
        _("Call the customer, or ask your administrator to switch the country on."),
    ),
    ErrorKind.ACCOUNT: (
        _("The provider has stopped our account or limits what it may send."),
        _("Tell your administrator: the provider's account needs attention."),
    ),
    ErrorKind.INVALID_REQUEST: (
        _("The provider could not understand our request."),
        _("Tell your administrator: this is a fault of ours, not yours."),
    ),
    ErrorKind.UNKNOWN: (_("The phone network gave no reason."), _("Try again once, or call the customer.")),
}


_SPEAKS_FOR_ITSELF = frozenset({ErrorKind.AUTH, ErrorKind.ACCOUNT, ErrorKind.OPTED_OUT})
# Why one of our own rules kept a text back at the last moment, or why it was given up, by `Message.provider_code`.
_CODE_WORDS = {
    "author.active": (
        _("The colleague who wrote it can no longer send texts."),
        _("Read it, and send it yourself if it is still right."),
    ),
    "line.active": (
        _("The line was switched off before the text could leave."),
        _("Ask an admin to switch it on, or write from another line."),
    ),
    "consent.none": (_("There was no permission to text this number any more."), _("Ask them to text START first.")),
    "carrier.day": (
        _("The carriers took no more texts of this line's brand that day, and the next day would have been too late."),
        _("Call if it cannot wait, or send it again after midnight Pacific time."),
    ),
    "contact.blocked": (_("The contact was blocked before it could leave."), _("Unblock them first if it is to go.")),
    "announced.canceled": (_("Its announcement was canceled before it left."), ""),
    "recipient.twice": (_("The announcement goes to another number of the same customer."), ""),
    "canceled": (_("A colleague took it back before it left."), ""),
    "hours.closed": (
        _("It was not the time for it where the customer is, and it could not wait."),
        _("Send it again."),
    ),
    "expired": (
        _("It could not be handed over in time, and later it would have come too late."),
        _("Send it again if it is still needed."),
    ),
}
_WAIT_WORDS = {
    "announced.paused": Explanation(
        _("Paused"), _("Its announcement is paused."), _("It leaves when somebody goes on with the announcement.")
    ),
    "carrier.day": Explanation(
        _("Waits for tomorrow"),
        _("The carriers take no more texts of this line's brand today."),
        _("It leaves by itself after midnight Pacific time. Call if it cannot wait."),
    ),
    "hours.closed": Explanation(
        _("Waits for their hours"),
        _("It is not the time for this text where the customer is."),
        _("It leaves by itself when their hours begin. Call if it cannot wait."),
    ),
    "hours.cap": Explanation(
        _("Waits for its turn"),
        _("The customer has got as many texts of this kind as the rules allow for now."),
        _("It leaves by itself when one more is allowed."),
    ),
}
_NO_RECEIPT = Explanation(
    _("No receipt"),
    _("The phone network took the text and never said whether it arrived."),
    _("Ask the customer, or call, if it matters."),
)
_TWICE = Explanation(
    _("Perhaps twice"),
    _("The provider has this text twice, so the customer may have got it twice."),
    _("Nothing, or a word to the customer."),
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
