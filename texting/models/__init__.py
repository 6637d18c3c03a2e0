"""What texting stores: lines, contacts, conversations, messages, decisions, the outbox."""

from texting.models.contact import Contact
from texting.models.conversation import Conversation, Draft, Note, Turn
from texting.models.line import Line, LineKey
from texting.models.message import Decision, Message
from texting.models.outbox import OutboxEntry, SendAttempt, StatusEvent

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
    "SendAttempt",
    "StatusEvent",
    "Turn",
]
