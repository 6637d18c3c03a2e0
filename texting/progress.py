"""The one place where a text's status changes on its way out: what is written then, and who is told.

Callers hold the text's row lock. `move` and `take` change the objects, `write` stores any number of them in one
statement; times are the database's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from tenancy import arrays
from tenancy.isolation import current_organization_id
from texting import counted_days, live, number_marks, outbox, outgoing_webhooks
from texting.limits import refunds
from texting.live import LiveKind
from texting.models import Message
from texting.outbox import Claim
from texting.statuses import ErrorKind, MessageStatus, taken

RECEIPT_SECONDS = 300  # after the provider took a text, we ask what became of it unless it has said so


# What is read of a text to move it on. Whoever looks at anything else of it pays a statement for that.
NEEDED = (
    *("id", "organization_id", "conversation_id", "contact_id", "line_id", "direction", "status", "error_kind"),
    *("provider_code", "provider_message_id", "our_number", "segments", "counted_from", "price_micros"),
    *("sent_again_at", "attention", "announcement_id", "created_at"),
)


@dataclass(frozen=True)
class Taken:
    """Proof that the provider has a text, and what it says of it; `kind` and `code` say why it did not arrive."""

    provider_message_id: str
    status: MessageStatus
    segments: int | None = None
    kind: ErrorKind | None = None
    code: str = ""


_ATTENTION = {
    MessageStatus.HELD: Message.Attention.HELD,
    MessageStatus.UNCONFIRMED: Message.Attention.UNCONFIRMED,
    MessageStatus.FAILED: Message.Attention.FAILED,
    MessageStatus.UNDELIVERED: Message.Attention.FAILED,
    MessageStatus.CANCELED: Message.Attention.FAILED,
}

_ENDED = frozenset({MessageStatus.FAILED, MessageStatus.UNDELIVERED, MessageStatus.CANCELED})
"""One of an announcement that ended so stands on the announcement's page, and not a thousand times on the list."""

_WRITE = f"""
UPDATE texting_message m
SET status = n.status, error_kind = n.error_kind, provider_code = n.provider_code, attention = n.attention,
    provider_message_id = coalesce(n.provider_id, m.provider_message_id),
    segments = CASE WHEN n.provider_id IS NULL THEN m.segments ELSE n.segments END,
    sent_at = CASE WHEN n.provider_id IS NULL THEN m.sent_at ELSE coalesce(m.sent_at, clock_timestamp()) END,
    receipt_due_at = CASE WHEN n.status NOT IN ('sent', 'undelivered') THEN NULL
        WHEN n.provider_id IS NULL OR m.sent_at IS NOT NULL THEN m.receipt_due_at
        ELSE clock_timestamp() + interval '{RECEIPT_SECONDS} seconds' END,
    delivered_at = CASE WHEN n.status = 'delivered' THEN coalesce(m.delivered_at, clock_timestamp())
        ELSE m.delivered_at END,
    sent_again_at = coalesce(n.sent_again_at, m.sent_again_at)
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::timestamptz[])
    AS n (id, status, error_kind, provider_code, attention, provider_id, segments, sent_again_at)
WHERE m.organization_id = %s AND m.id = ANY(%s::uuid[]) AND m.id = n.id
"""  # noqa: S608 - a number of ours


def move(message: Message, status: MessageStatus, kind: ErrorKind | None = None, code: str = "") -> None:
    """Our own moves on the way to the provider, and what it says that goes forward (`statuses.advance`)."""
    message.status, message.error_kind, message.provider_code = status, kind or "", code[:20]
    if message.attention != Message.Attention.DUPLICATE:  # what happens to one of the two does not undo the other
        heed(message, "" if message.announcement_id and status in _ENDED else attention_of(status, kind))


def heed(message: Message, attention: str) -> None:
    """Put a text on the list of those that a person should look at, or take it off."""
    if message.attention != attention:
        message.attention = attention
        live.publish(kind=LiveKind.ATTENTION, line=message.line_id)


def take(message: Message, answer: Taken) -> None:
    """The provider has the text: by its answer, by a callback that came first, or by its list."""
    now = taken(MessageStatus(message.status), message.error_kind, answer.status)
    if now != message.status:
        move(message, now, answer.kind, answer.code)
    message.provider_message_id = answer.provider_message_id
    if answer.segments:
        refunds.correct(message, answer.segments)


def attention_of(status: MessageStatus, kind: ErrorKind | None) -> str:
    """Why a person should look at a text in this status; "" when there is nothing to do, as after an opt-out."""
    if status is MessageStatus.CANCELED and kind is ErrorKind.OPTED_OUT:
        return ""
    return _ATTENTION.get(status, "")


def write(messages: Sequence[Message]) -> None:
    """Store what `move` and `take` have changed, in one statement, and tell the browsers after the commit."""
    if not messages:
        return
    columns = (
        arrays.uuids(message.pk for message in messages),
        arrays.texts(message.status for message in messages),
        arrays.texts(message.error_kind for message in messages),
        arrays.texts(message.provider_code for message in messages),
        arrays.texts(message.attention for message in messages),
        arrays.texts(message.provider_message_id for message in messages),
        arrays.numbers(message.segments for message in messages),
        arrays.moments(message.sent_again_at for message in messages),
    )
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [*columns, current_organization_id(), columns[0]])
    counted_days.touch(message.created_at for message in messages)
    refunds.refund(message.pk for message in messages if _never_left(message))
    number_marks.heed(messages)
    for message in messages:
        tell(message)


def _never_left(message: Message) -> bool:
    """It has ended without having reached the provider, so it has cost nothing."""
    ended = message.status in {MessageStatus.CANCELED, MessageStatus.FAILED}
    return ended and message.provider_message_id is None and message.counted_from is not None


def end(claim: Claim, message: Message, status: MessageStatus, kind: ErrorKind | None, *, code: str) -> None:
    """The text goes no further, if it is still this claim's."""
    if outbox.finish(claim):
        show(message, status, kind, code)


def show(message: Message, status: MessageStatus, kind: ErrorKind | None = None, code: str = "") -> None:
    """Move one text and store it."""
    move(message, status, kind, code)
    write([message])


def tell(message: Message) -> None:
    """Let open threads fetch the text anew, and endpoints know its status."""
    live.publish(kind=LiveKind.STATUS, conversation=message.conversation_id, message=message.pk, line=message.line_id)
    outgoing_webhooks.tell_status(message)
