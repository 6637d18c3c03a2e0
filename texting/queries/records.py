"""Rows by their ids and in pages, for programs: what a member may see of conversations, contacts, texts, notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership
from accounts.permissions import Permission
from tenancy.encryption import blind_index, prefetch
from texting.models import Contact, Conversation, Message, Note
from texting.models.contact import NUMBER_INDEX
from texting.phone_numbers import PhoneNumber
from texting.queries.access import (
    NotYours,
    contacts_for,
    visible_conversations,
    visible_messages,
    with_people,
)
from texting.queries.cursors import Cursor, older_than
from texting.queries.inbox import Filter, newest_conversations
from texting.queries.seeing import sees_everybody

Row = TypeVar("Row", Conversation, Contact, Message, Note)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows in order. `next` is where the next page begins, "" on the last one."""

    rows: list[Row]
    next: str = ""


def contacts_by_id(member: Membership, ids: Sequence[UUID]) -> dict[UUID, Contact]:
    """Those of the contacts that the member may see."""
    if not ids or not member.may(Permission.CONTACTS_READ):
        return {}
    return {contact.pk: contact for contact in contacts_for(member).filter(pk__in=ids)}


def conversations_by_id(member: Membership, ids: Sequence[UUID]) -> dict[UUID, Conversation]:
    """Those of the conversations that the member may read, with contact, line and assignee."""
    if not ids:
        return {}
    rows = with_people(member, visible_conversations(member)).filter(pk__in=ids)
    return {row.pk: row for row in rows}


def conversations_page(member: Membership, chosen: Filter, cursor: Cursor | None, size: int) -> Page[Conversation]:
    """Conversations from the one with the latest activity on. Raises NotYours for a team that is not the member's."""
    ids = newest_conversations(member, chosen, cursor, size + 1)
    found = conversations_by_id(member, ids[:size])
    return _page([found[pk] for pk in ids[:size] if pk in found], len(ids) > size, "last_activity_at")


def conversations_of_contact(
    member: Membership, contact_id: UUID, cursor: Cursor | None, size: int
) -> Page[Conversation]:
    """One contact's conversations, the one with the latest activity first."""
    rows = with_people(member, visible_conversations(member)).filter(contact_id=contact_id)
    return _cut(rows, "last_activity_at", cursor, size)


def contact_with_number(member: Membership, number: PhoneNumber) -> Contact | None:
    """The contact with exactly this number, for members who see numbers; nobody for all others."""
    if not sees_everybody(member):
        return None
    index = blind_index(NUMBER_INDEX, number.e164)
    return contacts_for(member).filter(number_index=index).first()


def access_message(member: Membership, message_id: UUID) -> Message:
    """A text of a conversation that the member may read. Raises NotYours."""
    found = _messages(member).filter(pk=message_id).first()
    if found is None:
        raise NotYours
    return found


def messages_page(member: Membership, conversation: Conversation, cursor: Cursor | None, size: int) -> Page[Message]:
    """The texts of a conversation, the newest first."""
    return _cut(_messages(member).filter(conversation=conversation), "created_at", cursor, size)


def notes_page(conversation: Conversation, cursor: Cursor | None, size: int) -> Page[Note]:
    """The notes in a conversation that the member was given, the newest first."""
    rows = Note.objects.filter(conversation=conversation, contact_id=conversation.contact_id).select_related("contact")
    return _cut(rows.select_related("author__user"), "created_at", cursor, size)


def _messages(member: Membership) -> QuerySet[Message]:
    return visible_messages(member).select_related("author__user", "contact").defer("contact__number")


def _cut(rows: QuerySet[Row], field: str, cursor: Cursor | None, size: int) -> Page[Row]:
    if cursor:
        rows = rows.filter(older_than(cursor, field))
    found = list(rows.order_by(f"-{field}", "-id")[: size + 1])
    return _page(found[:size], len(found) > size, field)


def _page(rows: list[Row], more: bool, field: str) -> Page[Row]:
    prefetch([*rows, *(getattr(row, "contact", None) for row in rows)])
    last = rows[-1] if rows else None
    return Page(rows, str(Cursor(getattr(last, field), last.pk)) if more and last is not None else "")
