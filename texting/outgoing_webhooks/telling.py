"""What texting tells endpoints: one function for each thing that happens to a text or a conversation."""

from uuid import UUID

from texting.models import Conversation, Message
from texting.outgoing_webhooks.kinds import EventKind
from texting.outgoing_webhooks.publishing import publish
from texting.statuses import MessageStatus

_TOLD = {
    MessageStatus.UNCONFIRMED,
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
    MessageStatus.UNDELIVERED,
    MessageStatus.FAILED,
    MessageStatus.CANCELED,
    MessageStatus.READ,
}  # what comes before them is our own affair


def tell_received(message: Message) -> None:
    """A customer's text has come."""
    publish(EventKind.MESSAGE_RECEIVED, {**_of_message(message), "media_count": message.media_count})


def tell_status(message: Message) -> None:
    """One of our texts is now in this status."""
    if message.status in _TOLD:
        publish(
            EventKind.MESSAGE_STATUS,
            {**_of_message(message), "status": str(message.status), "error": str(message.error_kind) or None},
        )


def tell_conversation(kind: EventKind, conversation: Conversation) -> None:
    """A conversation was opened, resolved or reopened."""
    publish(kind, _of_conversation(conversation))


def tell_assigned(conversation: Conversation, assignee_id: UUID | None) -> None:
    """Somebody has the conversation now, or nobody."""
    publish(EventKind.CONVERSATION_ASSIGNED, {**_of_conversation(conversation), "assignee_id": assignee_id})


def _of_conversation(conversation: Conversation) -> dict[str, UUID]:
    return {
        "conversation_id": conversation.pk,
        "contact_id": conversation.contact_id,
        "line_id": conversation.line_id,
    }


def _of_message(message: Message) -> dict[str, UUID]:
    return {
        "message_id": message.pk,
        "conversation_id": message.conversation_id,
        "contact_id": message.contact_id,
        "line_id": message.line_id,
    }
