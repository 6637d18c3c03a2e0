"""A thread: everything one contact and one line have said to each other, with what colleagues left in it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from tenancy.encryption import prefetch
from texting.explained import explain
from texting.message_cards import Card, cards
from texting.models import Conversation, Message, Note, Turn
from texting.origins import origins
from texting.phone_numbers import display
from texting.purposes import PRIVATE
from texting.queries.access import NotYours, visible_conversations, within_thread
from texting.queries.attachments import ShownFile, files_of
from texting.queries.cursors import Cursor, newer_than, older_than
from texting.queries.seeing import wording
from texting.queries.shown import Happening, Item, Remark, Text
from texting.queries.tombstones import Tombstone, tombstones
from texting.statuses import FINAL, ErrorKind, MessageStatus

LENGTH = 50
OVERLAP = timedelta(seconds=30)  # a text may commit after one that is younger; the browser knows repeats by their id
OVERLAPPING = 10  # so many at the most: what is sent again costs as much as what is new

_SENT = MessageStatus.SENT
_FAILED = frozenset({MessageStatus.FAILED, MessageStatus.UNDELIVERED, MessageStatus.CANCELED})
_STATUS_ICONS = {
    MessageStatus.HELD: "hourglass",
    MessageStatus.SENT: "check",
    MessageStatus.DELIVERED: "check-check",
    MessageStatus.READ: "eye",
    MessageStatus.UNCONFIRMED: "triangle-alert",
    **dict.fromkeys(_FAILED, "circle-alert"),
}
_ICONS = {
    Turn.Kind.TAKEN: "user-check",
    Turn.Kind.ASSIGNED: "user-plus",
    Turn.Kind.RETURNED: "undo-2",
    Turn.Kind.RESOLVED: "circle-check",
    Turn.Kind.REOPENED: "rotate-ccw",
    Turn.Kind.SETTLED: "circle-check",
}


@dataclass(frozen=True)
class Thread:
    """Items from oldest to newest. `earlier` is where the ones before them end, "" when there are none.

    `later`: newer ones are left out.
    """

    items: tuple[Item, ...]
    earlier: str = ""
    later: bool = False


def thread(member: Membership, conversation: Conversation, before: Cursor | None = None) -> Thread:
    """The newest `LENGTH` items, or those before a cursor, of all conversations of this contact on this line."""
    rows: list[Any] = []
    for source in _sources(member, conversation):
        older = source.filter(older_than(before, "created_at")) if before else source
        rows += older.order_by("-created_at", "-id")[: LENGTH + 1]
    rows.sort(key=_place, reverse=True)
    items = _items(member, conversation, reversed(rows[:LENGTH]))
    return Thread(items, items[0].cursor if len(rows) > LENGTH else "")


def thread_after(member: Membership, conversation: Conversation, after: Cursor | None) -> Thread:
    """What has come after a cursor, and what came shortly before it once more; the newest items without a cursor."""
    if after is None:
        return thread(member, conversation)
    rows: list[Any] = []
    for source in _sources(member, conversation):
        rows += source.filter(newer_than(after, "created_at")).order_by("created_at", "id")[: 2 * LENGTH]
        before = source.filter(older_than(after, "created_at"), created_at__gte=after.at - OVERLAP)
        rows += before.order_by("-created_at", "-id")[:OVERLAPPING]
    return Thread(_items(member, conversation, sorted(rows, key=_place)))


def thread_around(member: Membership, conversation: Conversation, place: Cursor) -> Thread:
    """The items around one of them: it and those before it, and as many as twice a page after it.

    `later`: there are newer ones still.
    """
    until_it = thread(member, conversation, Cursor.start_of(place.at + timedelta(microseconds=1)))
    known = {item.id for item in until_it.items}
    newer = [item for item in thread_after(member, conversation, place).items if item.id not in known]
    if not newer:
        return until_it
    last = Cursor(newer[-1].at, newer[-1].id)
    left_out = any(rows.filter(newer_than(last, "created_at")).exists() for rows in _sources(member, conversation))
    return replace(until_it, items=(*until_it.items, *newer), later=left_out)


def thread_text(member: Membership, conversation: Conversation, message_id: UUID) -> Thread:
    """One text of the thread as it is now. Raises NotYours when it is not of this thread."""
    found = _sources(member, conversation)[0].filter(pk=message_id).first()
    if found is None:
        raise NotYours
    return Thread(_items(member, conversation, [found]))


def of_conversation(member: Membership, conversation: Conversation, most: int = 500) -> Thread:
    """One conversation alone, from its beginning: its first `most` texts, notes and turns."""
    rows: list[Any] = []
    for source in _sources(member, conversation):
        rows += source.filter(conversation=conversation).order_by("created_at", "id")[:most]
    return Thread(_items(member, conversation, sorted(rows, key=_place)[:most]))


def newest_conversation(member: Membership, conversation: Conversation) -> UUID:
    """The id of the conversation that a text would go into now: the open one of this contact on this line, if any.

    One that the member may not read stays unmentioned.
    """
    open_one = visible_conversations(member).filter(
        contact_id=conversation.contact_id, line_id=conversation.line_id, status=Conversation.Status.OPEN
    )
    return open_one.values_list("pk", flat=True).first() or conversation.pk


def _sources(
    member: Membership, conversation: Conversation
) -> tuple[QuerySet[Message], QuerySet[Note], QuerySet[Turn]]:
    """Texts, notes, turns of the thread that the member may read, with the people who made them."""
    contact, line = conversation.contact_id, conversation.line_id
    allowed = within_thread(member, conversation.line.team_id)
    turned = ("actor__user", "assignee__user", "conversation__line__team")
    texts = Message.objects.filter(allowed, contact_id=contact, line_id=line)
    inside = Q(contact_id=contact, conversation__line_id=line)
    return (
        texts.select_related("author__user", "settled_by__user"),
        Note.objects.filter(allowed, inside).select_related("author__user"),
        Turn.objects.filter(allowed, inside).select_related(*turned),
    )


def _place(row: Message | Note | Turn) -> Cursor:
    return Cursor(row.created_at, row.pk)


def _items(member: Membership, conversation: Conversation, rows: Iterable[Message | Note | Turn]) -> tuple[Item, ...]:
    rows = list(rows)
    prefetch([*rows, conversation.contact])
    texts = [row for row in rows if isinstance(row, Message)]
    gone = tombstones(member, texts)
    there = [row for row in texts if row.pk not in gone]
    files, shown = files_of(member, there), cards(member, there)
    notes = origins().notes(member, there)
    items = (
        _buried(member, row, gone[row.pk])
        if isinstance(row, Message) and row.pk in gone
        else _item(member, conversation, row, files.get(row.pk, ()), shown.get(row.pk))
        for row in rows
    )
    return tuple(
        replace(item, origin=notes[item.id]) if isinstance(item, Text) and item.id in notes else item for item in items
    )


def _item(
    member: Membership,
    conversation: Conversation,
    row: Message | Note | Turn,
    files: tuple[ShownFile, ...],
    card: Card | None,
) -> Item:
    if isinstance(row, Turn):
        icon = _ICONS[Turn.Kind(row.kind)]
        by = "" if row.kind == Turn.Kind.SETTLED else _by(member, row.actor, row.through)
        return Happening(row.pk, row.created_at, by, icon, _sentence(member, row))
    body = wording(member, row, contact=conversation.contact)
    if isinstance(row, Message):
        return replace(_text(member, row, body, files, card), may_remove=_may_remove(member, row))
    return Remark(row.pk, row.created_at, _by(member, row.author, row.through), body)


def _buried(member: Membership, message: Message, tombstone: Tombstone) -> Item:
    return replace(_text(member, message, "", (), None), tombstone=tombstone)


def status_icon(status: MessageStatus) -> str:
    """The icon beside a status' word."""
    return _STATUS_ICONS.get(status, "clock")


def _text(member: Membership, message: Message, body: str, files: tuple[ShownFile, ...], card: Card | None) -> Text:
    status = MessageStatus(message.status)
    ours = message.direction == Message.Direction.OUT
    error = ErrorKind(message.error_kind) if message.error_kind else None
    return Text(
        id=message.pk,
        at=message.created_at,
        by=_name(member, message.author) if message.author else "",
        body=body,
        is_ours=ours,
        attachments=files,
        status=explain(status, error, message.provider_code, message.attention) if ours else None,
        icon=status_icon(status),
        is_pending=ours and status not in FINAL and status is not MessageStatus.SENT,
        is_failed=ours and status in _FAILED,
        ended_at=message.delivered_at or message.sent_at,
        sent_again_at=message.sent_again_at,
        settled=_settled(member, message),
        our_number=_shown(member, message.our_number),
        waits_until=message.held_until if status is MessageStatus.QUEUED else None,
        may_cancel=member.may(Permission.MESSAGES_SEND),
        card=card,
    )


def _may_remove(member: Membership, message: Message) -> bool:
    leaves = message.direction == Message.Direction.OUT and MessageStatus(message.status) not in FINAL | {_SENT}
    may = member.may(Permission.MESSAGES_REDACT) or member.may(Permission.MESSAGES_DELETE)
    return may and message.ended_at is None and message.purpose not in PRIVATE and not leaves


def pool_numbers(member: Membership, conversation: Conversation) -> list[str]:
    """Which of a pool's numbers the latest texts of the thread came to or went from, the latest first, each once."""
    rows = (
        _sources(member, conversation)[0].order_by("-created_at", "-id").values_list("our_number", flat=True)[:LENGTH]
    )
    return [_shown(member, number) for number in dict.fromkeys(rows) if number]


def _shown(member: Membership, number: str) -> str:
    return display(number, member.organization.country) if number else ""


def _settled(member: Membership, message: Message) -> str:
    """What a colleague made of a text that did not arrive, in a few words; "" when nobody did."""
    if message.settled_by is None:
        return ""
    words = {"what": Message.Settlement(message.settlement).label, "who": _name(member, message.settled_by)}
    return _("%(what)s (%(who)s)") % words


def _name(member: Membership, other: Membership) -> str:
    return _("You") if other.pk == member.pk else other.user.name


def _by(member: Membership, other: Membership, rule: str) -> str:
    """Who did it: a colleague, or a rule."""
    return _("Automation “%(name)s”") % {"name": rule} if rule else _name(member, other)


def _sentence(member: Membership, turn: Turn) -> str:
    if turn.kind == Turn.Kind.SETTLED:
        return _("Resolved by itself: an answer to the poll “%(name)s” and nothing else") % {"name": turn.through}
    words = {"who": _by(member, turn.actor, turn.through), "team": turn.conversation.line.team.name}
    if turn.assignee is not None:
        words["whom"] = _("you") if turn.assignee_id == member.pk else turn.assignee.user.name
    return {
        Turn.Kind.TAKEN: _("%(who)s took this conversation"),
        Turn.Kind.ASSIGNED: _("%(who)s assigned it to %(whom)s"),
        Turn.Kind.RETURNED: _("%(who)s handed it back to %(team)s"),
        Turn.Kind.RESOLVED: _("%(who)s resolved it"),
        Turn.Kind.REOPENED: _("%(who)s reopened it"),
    }[Turn.Kind(turn.kind)] % words
