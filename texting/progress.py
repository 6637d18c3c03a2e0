"""Our own moves of a text on its way to the provider, and telling the browsers of them."""

from texting import live, outbox
from texting.live import LiveKind
from texting.models import Message
from texting.outbox import Claim
from texting.statuses import ErrorKind, MessageStatus


def end(claim: Claim, message: Message, status: MessageStatus, kind: ErrorKind | None, *, code: str) -> None:
    """The text goes no further, if it is still this claim's."""
    if outbox.finish(claim):
        show(message, status, kind, code)


def show(message: Message, status: MessageStatus, kind: ErrorKind | None = None, code: str = "") -> None:
    """Our own moves on the way to the provider; what the provider reports goes through `statuses.advance`."""
    message.status = status
    message.error_kind = kind or ""
    message.provider_code = code[:20]
    message.save(update_fields=["status", "error_kind", "provider_code"])
    tell(message)


def tell(message: Message) -> None:
    """Let open threads fetch the text anew."""
    live.publish(kind=LiveKind.STATUS, conversation=message.conversation_id, message=message.pk, line=message.line_id)
