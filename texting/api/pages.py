"""Pages of lists: their shapes, and the cursor that a request carries."""

from typing import Any

from rest_framework import serializers

from accounts.api.paging import bad_cursor
from accounts.api.problems import Flaw, Kind, Problem
from texting.api.shown import ShownConversation, ShownMessage, ShownNote, WholeContact
from texting.queries import Cursor

_NEXT = "The cursor of the next page; null on the last one."


class MessagePage(serializers.Serializer):  # type: ignore[type-arg]
    """Texts, the newest first."""

    data = ShownMessage(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text=_NEXT)


class ConversationPage(serializers.Serializer):  # type: ignore[type-arg]
    """Conversations, the one with the latest activity first."""

    data = ShownConversation(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text=_NEXT)


class ContactPage(serializers.Serializer):  # type: ignore[type-arg]
    """Contacts, the newest first. With `filter_id` a page may hold fewer than `limit`: go on while `next` is there."""

    data = WholeContact(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text=_NEXT)


class NotePage(serializers.Serializer):  # type: ignore[type-arg]
    """Notes, the newest first."""

    data = ShownNote(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text=_NEXT)


def cursor_of(wanted: dict[str, Any]) -> Cursor | None:
    """The place that `cursor` names; None without one. Raises Problem for anything else."""
    if "cursor" not in wanted:
        return None
    cursor = Cursor.read(wanted["cursor"])
    if cursor is None:
        raise Problem(Kind.INVALID, errors=[Flaw(bad_cursor(), parameter="cursor")])
    return cursor
