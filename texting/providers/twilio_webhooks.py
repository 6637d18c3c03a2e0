"""What Twilio's webhooks and status words say.

Sources: twilio.com/docs/messaging/guides/webhook-request and .../outbound-message-status-in-status-callbacks. Unknown
fields are ignored, because new ones come unannounced; the fields that we need are asked for by name, because the
signature does not tell where a name ends (`twilio_signature.py`).
"""

import re
from collections.abc import Mapping

from texting.providers.base import Hook, Inbound, Media, OtherAccount, OtherChannel, StatusEvent, UnreadableHook
from texting.providers.twilio_errors import kind_of
from texting.statuses import MessageStatus

MAX_MEDIA = 10

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values. A text that reached some of its
# recipients (`partially_delivered`) has left, and that is all that is known.
STATUSES = {
    "accepted": MessageStatus.QUEUED,
    "scheduled": MessageStatus.QUEUED,
    "queued": MessageStatus.QUEUED,
    "sending": MessageStatus.QUEUED,
    "sent": MessageStatus.SENT,
    "partially_delivered": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "undelivered": MessageStatus.UNDELIVERED,
    "failed": MessageStatus.FAILED,
    "canceled": MessageStatus.CANCELED,
}
_OURS = re.compile(r"\+?[0-9]{3,15}", re.ASCII)
FAILURES = frozenset({MessageStatus.UNDELIVERED, MessageStatus.FAILED})


def inbound(hook: Hook, *, account: str, pool: str) -> Inbound:
    """The text in a verified request. `pool` is the messaging service that chooses our number, if one does.

    Raises UnreadableHook.
    """
    fields = form_fields(hook, account)
    sid = _sid(fields)
    return Inbound(
        provider_message_id=sid,
        from_=_number(fields, "From"),
        to=_number(fields, "To"),
        body=_present(fields, "Body"),
        media=_media(fields),
        event_id=sid,
        opt_out_type=fields.get("OptOutType", ""),
        through_pool=bool(pool) and fields.get("MessagingServiceSid") == pool,
    )


def status_change(hook: Hook, *, account: str, pool: bool) -> StatusEvent:
    """The status in a verified request; with a `pool` also the number that was chosen. Raises UnreadableHook."""
    fields = form_fields(hook, account)
    word = required(fields, "MessageStatus")
    if word not in STATUSES:
        raise UnreadableHook("MessageStatus is not a status of an outgoing text.")
    sent_from = chosen_number(fields.get("From", "")) if pool else ""
    return status_event(_sid(fields), word, _error_code(fields.get("ErrorCode", "")), sent_from)


def status_event(sid: str, word: str, code: str, sent_from: str) -> StatusEvent:
    """`word` is a key of `STATUSES`, `code` an error code or empty; it counts only for a text that did not arrive."""
    status = STATUSES[word]
    failed = status in FAILURES
    return StatusEvent(
        provider_message_id=sid,
        status=status,
        event_id=f"{sid}:{word}:{code}",
        error=kind_of(code) if failed else None,
        provider_code=code if failed else "",
        sent_from=sent_from,
    )


def chosen_number(value: object) -> str:
    """The number that a messaging service chose: a long number or a short code. Empty until it has chosen."""
    return value if isinstance(value, str) and _OURS.fullmatch(value) else ""


def form_fields(hook: Hook, account: str) -> dict[str, str]:
    """The form's fields; a repeated one counts as missing. Only our own account's requests are read."""
    try:
        fields = {name: values[0] for name, values in hook.form.items() if len(values) == 1}
    except ValueError:
        raise UnreadableHook("The request is not a form.") from None
    if required(fields, "AccountSid") != account:
        raise OtherAccount("AccountSid is another account.")
    return fields


def required(fields: Mapping[str, str], name: str) -> str:
    if value := fields.get(name, ""):
        return value
    raise UnreadableHook(f"{name} is missing, empty or repeated.")


def _number(fields: Mapping[str, str], name: str) -> str:
    """A phone number, not an address such as `whatsapp:+1...` or `rcs:name`."""
    value = required(fields, name)
    if ":" in value:
        raise OtherChannel(f"{name} is an address of another channel.")
    return value


def _sid(fields: Mapping[str, str]) -> str:
    """The text's id: it is stored, and asked for later in an address."""
    sid = required(fields, "MessageSid")
    if not (sid.isascii() and sid.isalnum() and len(sid) <= 64):
        raise UnreadableHook("MessageSid is not an id.")
    return sid


def _error_code(value: str) -> str:
    """A code of Twilio's, at most six digits; anything else, and 0, is no code."""
    return value if value.isascii() and value.isdigit() and len(value) <= 6 and int(value) else ""


def _present(fields: Mapping[str, str], name: str) -> str:
    """A field that may be empty (the body of a picture) but not missing."""
    if name not in fields:
        raise UnreadableHook(f"{name} is missing or repeated.")
    return fields[name]


def _media(fields: Mapping[str, str]) -> tuple[Media, ...]:
    count = fields.get("NumMedia", "0")
    if not (count.isascii() and count.isdigit() and int(count) <= MAX_MEDIA):
        raise UnreadableHook("NumMedia is not a number of files.")
    return tuple(
        Media(required(fields, f"MediaContentType{n}"), required(fields, f"MediaUrl{n}")) for n in range(int(count))
    )
