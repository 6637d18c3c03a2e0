"""What the API gives: every field of a text, a conversation, a contact, a note, masked for who asks."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Membership
from texting.explaining import explain
from texting.fields.reading import SeenValue, fields_for, values_in_list
from texting.models import Contact, ContactField, Conversation, EndedAs, Message, Note, ScheduledText
from texting.queries import colleague, customer, wording
from texting.queries.tags import ShownTag, tags_of
from texting.segments import count
from texting.statuses import ErrorKind, MessageStatus

DIRECTIONS = ("in", "out")
SCHEDULED = "scheduled"
_KINDS = {
    ScheduledText.Why.OPTED_OUT.value: ErrorKind.OPTED_OUT,
    ScheduledText.Why.AUTHOR.value: ErrorKind.SENDER_NOT_ALLOWED,
}
_TAGS = "shown_tags"


class Named(serializers.Serializer):  # type: ignore[type-arg]
    """A member: a person or an integration."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class ShownError(serializers.Serializer):  # type: ignore[type-arg]
    """Why a text did not arrive."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in ErrorKind])
    reason = serializers.CharField()
    what_to_do = serializers.CharField()


class ShownMessage(serializers.Serializer):  # type: ignore[type-arg]
    """One text. Phone numbers in it are hidden from keys without contacts:reveal."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    contact_id = serializers.UUIDField()
    line_id = serializers.UUIDField()
    direction = serializers.ChoiceField(choices=DIRECTIONS, allow_null=True, help_text="Null when it was deleted.")
    purpose = serializers.CharField(help_text="Empty for texts that came in.")
    body = serializers.CharField(help_text="When its words have ended, a sentence that says so.")
    status = serializers.ChoiceField(
        choices=[SCHEDULED, *(status.value for status in MessageStatus)],
        allow_null=True,
        help_text="Null when it was deleted. `scheduled`: it has a `send_at` and has not left; one that will not is "
        "`canceled`, with the reason in `error`.",
    )
    status_text = serializers.CharField(help_text="The status in words.")
    error = ShownError(allow_null=True)
    segments = serializers.IntegerField()
    media_count = serializers.IntegerField()
    author = Named(allow_null=True)
    created_at = serializers.DateTimeField()
    held_until = serializers.DateTimeField(
        allow_null=True,
        help_text="It is scheduled for then, or a rule lets it leave then, such as the hours where the customer is; "
        "else null.",
    )
    sent_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True, help_text="Since when its words and files are gone.")
    ended_as = serializers.ChoiceField(
        choices=EndedAs.values,
        allow_null=True,
        help_text="Why: `retention` (a rule), `redacted` or `deleted` (a colleague; of a deleted one nothing is told "
        "but that it was), `erased` (the customer asked).",
    )


class ShownContact(serializers.Serializer):  # type: ignore[type-arg]
    """A person. Without contacts:reveal `name` is null and `number` shows its last four digits."""

    id = serializers.UUIDField()
    name = serializers.CharField(allow_null=True)
    number = serializers.CharField(help_text="E.164, or masked.")
    is_masked = serializers.BooleanField()
    tags = Named(many=True, help_text="The organization's own labels on this contact, by name.")
    created_at = serializers.DateTimeField()


class ShownField(serializers.Serializer):  # type: ignore[type-arg]
    """What stands in one field of a contact."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=ContactField.Kind.values)
    value = serializers.CharField(
        allow_null=True,
        help_text="`12.5`, `2027-03-31`, `yes` or `no`, or the text; null when nothing is written or it is hidden.",
    )
    is_written = serializers.BooleanField(help_text="Whether something is written, also where `value` is hidden.")


class ShownBlock(serializers.Serializer):  # type: ignore[type-arg]
    """Nobody wants to hear of them: they are sent nothing but the answers to STOP and HELP."""

    since = serializers.DateTimeField()
    why = serializers.ChoiceField(choices=Contact.Block.values)


class WholeContact(ShownContact):
    """A person with the fields that the organization gives to API keys."""

    fields = ShownField(many=True)  # type: ignore[assignment]
    merged_into = serializers.UUIDField(
        allow_null=True, help_text="The contact whose further number this is. Lists leave this one out then."
    )
    blocked = ShownBlock(allow_null=True)


class ShownConversation(serializers.Serializer):  # type: ignore[type-arg]
    """One contact on one line, from the first text to the resolution."""

    id = serializers.UUIDField()
    contact = ShownContact()
    line_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Conversation.Status.values)
    assignee = Named(allow_null=True)
    unread = serializers.IntegerField()
    preview = serializers.CharField(help_text="How the latest text begins.")
    opened_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    last_activity_at = serializers.DateTimeField()


class ShownNote(serializers.Serializer):  # type: ignore[type-arg]
    """A remark for colleagues."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    author = Named()
    body = serializers.CharField()
    created_at = serializers.DateTimeField()


Shown = dict[str, Any]


def show_message(member: Membership, message: Message) -> Shown:
    """A `ShownMessage`."""
    if message.ended_as == EndedAs.DELETED:
        return _show_deleted(member, message)
    error = ErrorKind(message.error_kind) if message.error_kind else None
    words = explain(MessageStatus(message.status), error, message.provider_code, message.attention)
    problem = {"kind": error.value, "reason": words.reason, "what_to_do": words.what_to_do} if error else None
    return {
        "id": message.pk,
        "conversation_id": message.conversation_id,
        "contact_id": message.contact_id,
        "line_id": message.line_id,
        "direction": message.direction,
        "purpose": str(message.purpose),
        "body": wording(member, message),
        "status": str(message.status),
        "status_text": words.label,
        "error": problem,
        "segments": message.segments,
        "media_count": message.media_count,
        "author": show_member(message.author),
        "created_at": message.created_at,
        "held_until": message.held_until if message.status == MessageStatus.QUEUED else None,
        "sent_at": message.sent_at,
        "delivered_at": message.delivered_at,
        "ended_at": message.ended_at,
        "ended_as": message.ended_as or None,
    }


def _show_deleted(member: Membership, message: Message) -> Shown:
    """A `ShownMessage` that does not tell which way it went."""
    told = ("id", "conversation_id", "contact_id", "line_id", "created_at", "ended_at", "ended_as")
    unsaid = ("direction", "status", "error", "author", "held_until", "sent_at", "delivered_at")
    return {
        **dict.fromkeys(unsaid),
        **{name: getattr(message, "pk" if name == "id" else name) for name in told},
        "purpose": "",
        "body": wording(member, message),
        "status_text": "",
        "segments": 0,
        "media_count": 0,
    }


def show_scheduled(member: Membership, row: ScheduledText) -> Shown:
    """A `ShownMessage` of a text that waits for its time, or will not leave. Once it is sent, the message is shown."""
    waits = row.state in {ScheduledText.State.WAITING, ScheduledText.State.PAUSED}
    held = row.state == ScheduledText.State.HELD
    label = str(ScheduledText.State(row.state).label)
    stopped = row.state == ScheduledText.State.STOPPED
    reason = wording(member, row, "note") if stopped else ""
    problem = (
        {"kind": _KINDS.get(row.why, ErrorKind.INVALID_REQUEST).value, "reason": reason, "what_to_do": ""}
        if stopped
        else None
    )
    body = wording(member, row)
    return {
        "id": row.message_id,
        "conversation_id": row.conversation_id,
        "contact_id": row.contact_id,
        "line_id": row.line_id,
        "direction": Message.Direction.OUT.value,
        "purpose": row.purpose,
        "body": body,
        "status": SCHEDULED if waits else (MessageStatus.HELD if held else MessageStatus.CANCELED).value,
        "status_text": label,
        "error": problem,
        "segments": count(body).segments,
        "media_count": 0,
        "author": show_member(row.author),
        "created_at": row.made_at,
        "held_until": row.send_at if waits else None,
        "sent_at": None,
        "delivered_at": None,
        "ended_at": None,
        "ended_as": None,
    }


def show_contact(member: Membership, contact: Contact) -> Shown:
    """A `ShownContact`."""
    seen = customer(member, contact)
    return {
        "id": contact.pk,
        "name": seen.name if seen.is_named else None,
        "number": seen.call or seen.number,
        "is_masked": seen.is_masked,
        "tags": [{"id": tag.id, "name": tag.name} for tag in _tags_of(contact)],
        "created_at": contact.created_at,
    }


def show_whole(member: Membership, contacts: Sequence[Contact]) -> list[Shown]:
    """A `WholeContact` of each, with as many statements as for one."""
    with_tags(contacts)
    known = fields_for(member) if contacts else []
    ids = [contact.pk for contact in contacts]
    values = values_in_list(member, known, ids) if known else {}
    return [
        {
            **show_contact(member, contact),
            "fields": [_field(one) for one in values.get(contact.pk, ())],
            "merged_into": contact.merged_into_id,
            "blocked": {"since": contact.blocked_at, "why": contact.blocked_for} if contact.blocked_at else None,
        }
        for contact in contacts
    ]


def _field(one: SeenValue) -> Shown:
    field = one.field
    value = one.stored or None
    return {"id": field.id, "name": field.name, "kind": field.kind, "value": value, "is_written": bool(one.text)}


def with_tags(contacts: Sequence[Contact]) -> None:
    """Read the tags of all of them in one statement, for the shapes of many."""
    found = tags_of(contact.pk for contact in contacts) if contacts else {}
    for contact in contacts:
        contact.__dict__[_TAGS] = found.get(contact.pk, ())


def _tags_of(contact: Contact) -> tuple[ShownTag, ...]:
    if _TAGS not in contact.__dict__:
        with_tags([contact])
    found: tuple[ShownTag, ...] = contact.__dict__[_TAGS]
    return found


def show_conversation(member: Membership, conversation: Conversation) -> Shown:
    """A `ShownConversation`."""
    return {
        "id": conversation.pk,
        "contact": show_contact(member, conversation.contact),
        "line_id": conversation.line_id,
        "status": str(conversation.status),
        "assignee": show_member(conversation.assignee),
        "unread": conversation.unread,
        "preview": wording(member, conversation, "preview"),
        "opened_at": conversation.opened_at,
        "resolved_at": conversation.resolved_at,
        "last_activity_at": conversation.last_activity_at,
    }


def show_note(member: Membership, note: Note) -> Shown:
    """A `ShownNote`."""
    return {
        "id": note.pk,
        "conversation_id": note.conversation_id,
        "author": show_member(note.author),
        "body": wording(member, note),
        "created_at": note.created_at,
    }


def show_member(member: Membership | None) -> Shown | None:
    """A `Named`."""
    seen = colleague(member)
    return {"id": seen.id, "name": seen.name} if seen else None


@extend_schema_field({"type": "object", "description": "A problem document (RFC 9457)."})
class _ProblemField(serializers.JSONField):
    pass


class ShownResult(serializers.Serializer):  # type: ignore[type-arg]
    """What became of one text of many: `message` when it was queued, else `problem`."""

    status = serializers.IntegerField(help_text="202, or the status that the text alone would have been answered with.")
    message = ShownMessage(allow_null=True)
    problem = _ProblemField(allow_null=True)


class ShownResults(serializers.Serializer):  # type: ignore[type-arg]
    """One result for each text, in their order."""

    queued = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = ShownResult(many=True)
