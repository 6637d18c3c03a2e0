"""Writes down what members are to be told, with one statement however many they are, and tells their browsers.

The same statement rings for those who have devices (`push.bells`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from tenancy.arrays import numbers, uuids
from tenancy.ids import new_id
from tenancy.isolation import current_organization_id
from texting import live
from texting.live import LiveKind
from texting.models import Contact, Conversation, Message, Note, Notification
from texting.notifications.push import bells

Kind = Notification.Kind

_NOTE = """
    WITH noted AS (
        INSERT INTO texting_notification AS known
            (id, organization_id, member_id, kind, conversation_id, actor_id, times, at, about, outcome)
        SELECT new.id, %(organization)s, new.member, %(kind)s, new.conversation, %(actor)s, new.times, %(now)s, '', ''
        FROM unnest(%(ids)s::uuid[], %(members)s::uuid[], %(conversations)s::uuid[], %(times)s::int[])
            AS new(id, member, conversation, times)
        ON CONFLICT (organization_id, member_id, conversation_id, kind)
            WHERE read_at IS NULL AND note_id IS NULL AND about = ''
        DO UPDATE SET times = known.times + EXCLUDED.times, at = EXCLUDED.at, actor_id = EXCLUDED.actor_id
        RETURNING known.member_id
    )
    INSERT INTO texting_pushbell (organization_id, member_id, due_at)
    SELECT DISTINCT %(organization)s::uuid, device.member_id, %(due)s::timestamptz
    FROM texting_pushdevice device WHERE device.member_id IN (SELECT noted.member_id FROM noted)
"""


@dataclass
class _New:
    """What happened to one member in one conversation, `times` times."""

    member: UUID
    conversation: UUID
    times: int = 1


def texts_came(texts: Iterable[Message]) -> None:
    """Customers' texts, just stored: whoever has the conversation is told, unless the customer is blocked.

    No statement when nobody is to be told.
    """
    new: dict[tuple[UUID, UUID], _New] = {}
    for text in texts:
        if (owner := text.conversation.assignee_id) is None or text.contact.blocked_at is not None:
            continue
        known = new.get((owner, text.conversation_id))
        if known:
            known.times += 1
        else:
            new[owner, text.conversation_id] = _New(owner, text.conversation_id)
    _note(Kind.TEXT, [new[key] for key in sorted(new)])


def assigned(*, to: UUID, actor: Membership, conversation_id: UUID) -> None:
    """Somebody gave the conversation to this member. Nobody is told what they did themselves."""
    if to != actor.pk:
        _note(Kind.ASSIGNED, [_New(to, conversation_id)], actor=actor)


def escalation_given(*, to: UUID | None, actor: Membership | None, conversation_id: UUID) -> None:
    """An escalation is this member's now. Nobody is told what they did themselves."""
    if to is not None and (actor is None or to != actor.pk):
        _note(Kind.ESCALATION, [_New(to, conversation_id)], actor=actor)


def told_by_rule(*, members: Iterable[UUID], conversation_id: UUID) -> None:
    """A rule of the organization tells these members of a conversation; who may not read it is shown nothing."""
    _note(Kind.AUTOMATION, [_New(member, conversation_id) for member in sorted(set(members))])


def paid(conversation: Conversation) -> None:
    """A customer paid: whoever has the conversation is told."""
    if conversation.assignee_id is not None:
        _note(Kind.PAID, [_New(conversation.assignee_id, conversation.pk)])


def refunded(conversation: Conversation, *, by: UUID | None) -> None:
    """Money went back: whoever has the conversation is told, unless they gave it back themselves (`by`)."""
    if conversation.assignee_id not in {None, by}:
        _note(Kind.REFUNDED, [_New(conversation.assignee_id, conversation.pk)])


def mentioned(*, members: Iterable[UUID], note: Note) -> None:
    """These members stand in a note. A note tells each of them once; its author not at all."""
    whom = sorted(set(members) - {note.author_id})
    rows = [
        Notification(
            member_id=member,
            kind=Kind.MENTIONED,
            conversation_id=note.conversation_id,
            actor_id=note.author_id,
            note=note,
            at=note.created_at,
        )
        for member in whom
    ]
    if rows:
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
        bells.ring(whom)
        _tell(whom)


def _note(kind: Kind, new: Sequence[_New], *, actor: Membership | None = None) -> None:
    if not new:
        return
    values: dict[str, Any] = {
        "organization": current_organization_id(),
        "kind": kind.value,
        "actor": actor.pk if actor else None,
        "now": timezone.now(),
        "due": bells.due(),
        "ids": uuids(new_id() for _one in new),
        "members": uuids(one.member for one in new),
        "conversations": uuids(one.conversation for one in new),
        "times": numbers(one.times for one in new),
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, values)
    _tell(one.member for one in new)


def read_in(member: Membership, conversation: Conversation) -> None:
    """The member has the conversation in front of them: what they were to be told of it they know."""
    unread = Notification.objects.filter(member=member, conversation=conversation, read_at__isnull=True)
    if unread.update(read_at=timezone.now()):
        _tell([member.pk])


def came_from_blocked(contact: Contact) -> None:
    """The contact was blocked: nobody is told any more of what they wrote."""
    unread = Notification.objects.filter(kind=Kind.TEXT, conversation__contact=contact, read_at__isnull=True)
    members = [row.member_id for row in unread]
    unread.update(read_at=timezone.now())
    _tell(members)


def _tell(members: Iterable[UUID]) -> None:
    for member in sorted(set(members)):
        live.publish(kind=LiveKind.NOTIFICATION, member=member)
