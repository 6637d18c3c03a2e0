"""The kinds of events, and the shape of each one's `data`. A kind is never renamed: receivers compare its name."""

from enum import StrEnum


class EventKind(StrEnum):
    """What happened. `docs/webhooks.md` has the shapes for those who receive them; `SHAPES` is kept by a test."""

    MESSAGE_RECEIVED = "message.received"
    MESSAGE_STATUS = "message.status"
    CONVERSATION_OPENED = "conversation.opened"
    CONVERSATION_ASSIGNED = "conversation.assigned"
    CONVERSATION_RESOLVED = "conversation.resolved"
    CONVERSATION_REOPENED = "conversation.reopened"
    CONTACT_OPTED_IN = "contact.opted_in"
    CONTACT_OPTED_OUT = "contact.opted_out"
    CONTACT_MERGED = "contact.merged"
    CONTACT_PARTED = "contact.parted"
    LINE_PROBLEM = "line.problem"
    AUTOMATION_MATCHED = "automation.matched"
    TEST = "webhook.test"


OFFERED = tuple(kind for kind in EventKind if kind not in {EventKind.TEST, EventKind.AUTOMATION_MATCHED})
"""Those that an endpoint can ask for; a test goes to the one endpoint that it tests, a rule calls the one it names."""

_CONVERSATION = frozenset({"conversation_id", "contact_id", "line_id"})
_MESSAGE = _CONVERSATION | {"message_id"}
SHAPES: dict[EventKind, frozenset[str]] = {
    EventKind.MESSAGE_RECEIVED: _MESSAGE | {"media_count"},
    EventKind.MESSAGE_STATUS: _MESSAGE | {"status", "error"},
    EventKind.CONVERSATION_OPENED: _CONVERSATION,
    EventKind.CONVERSATION_ASSIGNED: _CONVERSATION | {"assignee_id"},
    EventKind.CONVERSATION_RESOLVED: _CONVERSATION,
    EventKind.CONVERSATION_REOPENED: _CONVERSATION,
    EventKind.CONTACT_OPTED_IN: frozenset({"contact_id", "source"}),
    EventKind.CONTACT_OPTED_OUT: frozenset({"contact_id", "source"}),
    EventKind.CONTACT_MERGED: frozenset({"contact_id", "merged_id"}),
    EventKind.CONTACT_PARTED: frozenset({"contact_id", "merged_id"}),
    EventKind.LINE_PROBLEM: frozenset({"line_id", "problem"}),
    EventKind.AUTOMATION_MATCHED: _CONVERSATION | {"automation_id"},
    EventKind.TEST: frozenset({"endpoint_id"}),
}
