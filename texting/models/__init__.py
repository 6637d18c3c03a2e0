"""What texting stores: lines, contacts, conversations, messages, decisions, the outbox."""

from texting.models.contact import Contact
from texting.models.conversation import Conversation, Draft, Note, Turn
from texting.models.line import Line, LineKey
from texting.models.message import Decision, Message
from texting.models.outbox import OutboxEntry, SendAttempt, StatusEvent
from texting.models.quarantine import QuarantinedRequest, QuarantineHour
from texting.models.webhook import (
    WebhookAttempt,
    WebhookCounter,
    WebhookDelivery,
    WebhookDue,
    WebhookEndpoint,
    WebhookEvent,
    WebhookLane,
)

__all__ = [
    "Contact",
    "Conversation",
    "Decision",
    "Draft",
    "Line",
    "LineKey",
    "Message",
    "Note",
    "OutboxEntry",
    "QuarantineHour",
    "QuarantinedRequest",
    "SendAttempt",
    "StatusEvent",
    "Turn",
    "WebhookAttempt",
    "WebhookCounter",
    "WebhookDelivery",
    "WebhookDue",
    "WebhookEndpoint",
    "WebhookEvent",
    "WebhookLane",
]
