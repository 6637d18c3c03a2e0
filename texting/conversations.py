"""What a member does with a conversation: take it, pass it on, resolve it, answer in it, leave a note.

Two colleagues press a button in the same second. So nothing here looks first and writes later: each change is one
conditional UPDATE, the database lets one of them win, and the other is told who has it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.automatic import acting
from tenancy.said import gettext as _
from texting import ending_steps, live, origins, outgoing_webhooks, sending
from texting.gate import OutsideHours
from texting.kept_words import kept
from texting.live import LiveKind
from texting.models import Contact, Conversation, Draft, Line, Message, Note, Turn
from texting.notifications import mentioning, noting
from texting.outgoing_webhooks import EventKind
from texting.purposes import Purpose
from texting.queries import Colleague, colleague, colleagues_on, is_with_somebody_else
from texting.searching.keeping import keep_words
from texting.sending import Held

LONGEST_NOTE = 4000  # characters

_OPEN, _RESOLVED = Conversation.Status.OPEN, Conversation.Status.RESOLVED
_ENDS = {
    Turn.Kind.RESOLVED: EventKind.CONVERSATION_RESOLVED,
    Turn.Kind.REOPENED: EventKind.CONVERSATION_REOPENED,
}
MOVES = {_OPEN: frozenset({_RESOLVED}), _RESOLVED: frozenset({_OPEN})}


class NotPossible(Exception):
    """It cannot be done now; the message is one sentence for the person who asked."""


class AlreadyTaken(NotPossible):
    """Somebody else has the conversation; `by` is who."""

    def __init__(self, by: Colleague) -> None:
        super().__init__(_("%(name)s has this conversation already.") % {"name": by.name})
        self.by = by


class OriginGone(NotPossible):
    """What the text was made from may not be used any more; its author may send it as their own."""


@dataclass(frozen=True)
class Reply:
    """A text that was queued. `took`: the conversation was nobody's and is now the author's."""

    message: Message
    took: bool


def claim(*, member: Membership, conversation: Conversation) -> None:
    """Take a conversation that is nobody's. Taking one's own again is harmless. Raises AlreadyTaken, NotPossible."""
    require(member, Permission.CONVERSATIONS_CLAIM)
    if not take_if_free(member, conversation):
        now = _as_it_is(conversation)
        if now.status != _OPEN:
            raise NotPossible(_("This conversation is resolved. Reopen it first."))
        if now.assignee_id != member.pk:
            raise _taken(now)


def take_if_free(member: Membership, conversation: Conversation, *, at: datetime | None = None) -> bool:
    """Whether the conversation was open and nobody's, and is now the member's. The thread says so at `at`, or now."""
    rows = Conversation.objects.filter(pk=conversation.pk, status=_OPEN, assignee__isnull=True)
    if not rows.update(assignee=member):
        return False
    audit.record(event=AuditKind.CONVERSATION_CLAIMED, actor=member, object=conversation)
    _show(conversation, Turn.Kind.TAKEN, member, created_at=at or timezone.now())
    return True


def assign(*, member: Membership, conversation: Conversation, to: UUID, was: UUID | None) -> None:
    """Give an open conversation to a colleague who may read it and answer.

    `was` is who had it when the member decided; when that is no longer so, AlreadyTaken or NotPossible is raised.
    """
    _pass_on(member, conversation, to=to, was=was)


def transfer(
    *, member: Membership, conversation: Conversation, to: UUID | None, was: UUID | None, note: str = ""
) -> None:
    """Pass an open conversation on: to whoever may read it and answer or, with `to=None`, back to the team.

    Whoever may take conversations may hand their own back. `note` is left in the thread for whoever goes on. Raises as
    `assign` does.
    """
    _pass_on(member, conversation, to=to, was=was)
    if note.strip():
        add_note(member=member, conversation=conversation, body=note)


def resolve(*, member: Membership, conversation: Conversation, dealt_with: UUID | None = None) -> None:
    """End an open conversation. Raises NotPossible when it is resolved or a text has come that nobody has read.

    `dealt_with` is a text that needs no reader: the customer's latest, if that alone is unread.
    """
    require(member, Permission.CONVERSATIONS_RESOLVE)
    now = timezone.now()
    latest = Message.objects.filter(conversation=OuterRef("pk"), direction=Message.Direction.IN).order_by(
        "-created_at", "-id"
    )
    alone = Q(pk__in=[]) if dealt_with is None else Q(unread=1, latest=dealt_with)
    rows = _may_become(conversation, _RESOLVED).alias(latest=Subquery(latest.values("pk")[:1]))
    if not rows.filter(Q(unread=0) | alone).update(status=_RESOLVED, resolved_at=now, unread=0):
        if _as_it_is(conversation).status == _RESOLVED:
            raise NotPossible(_("This conversation is resolved already."))
        raise NotPossible(_("The customer has just written. Read it before you resolve the conversation."))
    audit.record(event=AuditKind.CONVERSATION_RESOLVED, actor=member, object=conversation)
    _show(conversation, Turn.Kind.RESOLVED, member)


def end_all(*, member: Membership, contact: Contact) -> None:
    """Resolve every open conversation with a number that is no longer our customer's, read or not."""
    now, rows = timezone.now(), Conversation.objects.select_for_update(of=("self",), no_key=True)
    for conversation in rows.select_related("line", "contact").filter(contact=contact, status=_OPEN).order_by("id"):
        Conversation.objects.filter(pk=conversation.pk).update(status=_RESOLVED, resolved_at=now, unread=0)
        audit.record(event=AuditKind.CONVERSATION_RESOLVED, actor=member, object=conversation)
        _show(conversation, Turn.Kind.RESOLVED, member)


def reopen(*, member: Membership, conversation: Conversation) -> None:
    """Go on with a resolved conversation. Raises NotPossible when it is open or a newer one with this customer is, or
    when its texts are gone: what a purge has left is only counted, and never ends again."""
    require(member, Permission.CONVERSATIONS_RESOLVE)
    there = _may_become(conversation, _OPEN).filter(texts_gone_at=None)
    try:
        with transaction.atomic():
            moved = there.update(status=_OPEN, resolved_at=None)
    except IntegrityError:
        raise NotPossible(_("A newer conversation with this customer is open. Go on there.")) from None
    if not moved and _as_it_is(conversation).texts_gone_at:
        raise NotPossible(_("The texts of this conversation have ended. Write to the customer anew."))
    if not moved:
        raise NotPossible(_("This conversation is open already."))
    audit.record(event=AuditKind.CONVERSATION_REOPENED, actor=member, object=conversation)
    _show(conversation, Turn.Kind.REOPENED, member)


def add_note(*, member: Membership, conversation: Conversation, body: str, picked: Collection[UUID] = ()) -> Note:
    """Leave a note for colleagues; it is never sent. Whoever is named in it as `@Name` and may see it is told.

    `picked`: ids that its author chose from a list, which tell colleagues of one name apart.
    What must not be stored leaves a mask in it (`texting.kept_words`). Raises NotPossible when it is empty or too long.
    """
    require(member, Permission.NOTES_WRITE)
    text = body.replace("\r\n", "\n").replace("\x00", "").strip()
    if not text:
        raise NotPossible(_("Write something first."))
    if len(text) > LONGEST_NOTE:
        raise NotPossible(_("A note holds at most %(most)s characters.") % {"most": f"{LONGEST_NOTE:,}"})
    note = Note.objects.create(
        conversation=conversation,
        contact_id=conversation.contact_id,
        author=member,
        through=_rule(),
        body=kept(text),
        created_at=timezone.now(),
    )
    keep_words([note])
    noting.mentioned(members=mentioning.named_in(text, conversation, picked=picked), note=note)
    forget_draft(member, conversation)
    audit.record(event=AuditKind.NOTE_ADDED, actor=member, object=conversation)
    _tell(conversation, LiveKind.NOTE)
    return note


def reply(
    *,
    member: Membership,
    conversation: Conversation,
    body: str,
    message_id: UUID,
    purpose: Purpose = Purpose.REPLY,
    files: Sequence[UUID] = (),
    outside_hours: OutsideHours = OutsideHours.ASK,
    because: str = "",
    origin: str = "",
) -> Reply:
    """Send a text. Whoever answers in a conversation that is nobody's takes it; a program leaves it to people.

    `files` are ids of the member's unsent attachments. Raises BadText, Held or Refused (`texting.sending`), NotPossible
    when the customer is in a conversation that is not the member's to read; the same `message_id` again sends nothing
    again. `origin` is where the words came from (`texting.origins`); OriginGone when that is no longer to be used.
    """
    require(member, Permission.MESSAGES_SEND)
    refuse_if_with_somebody_else(member, contact_id=conversation.contact_id, line=conversation.line)
    if origin and (why := origins.origins().gone(member, conversation.line, origin)):
        raise OriginGone(why)
    try:
        message = sending.send_text(
            conversation=conversation,
            body=body,
            author=member,
            purpose=origins.origins().purpose_by_hand(origin) if origin else purpose,
            message_id=message_id,
            files=files,
            outside_hours=outside_hours,
            because=because,
            origin=origin,
        )
    except Held:
        forget_draft(member, conversation)
        raise
    forget_draft(member, conversation)
    just_before = message.created_at - timedelta(microseconds=1)  # so the thread reads: taken, then answered
    took = not member.is_machine and take_if_free(member, message.conversation, at=just_before)
    return Reply(message, took=took)


def refuse_if_with_somebody_else(member: Membership, *, contact_id: UUID, line: Line) -> None:
    """Raise NotPossible when a text would go into an open conversation that the member may not read."""
    if is_with_somebody_else(member, contact_id=contact_id, line=line):
        raise NotPossible(_("A colleague is in conversation with this customer. Ask them to hand it over."))


def record_reading(*, member: Membership, conversation: Conversation) -> None:
    """Write down that the member has opened the thread; for those who answer customers it now counts as read."""
    audit.record(event=AuditKind.CONVERSATION_READ, actor=member, object=conversation)
    mark_read(member=member, conversation=conversation)


def mark_read(*, member: Membership, conversation: Conversation) -> None:
    """No text waits any more. Does nothing for members who cannot act on one: their looking on must not hide it.

    What the member was to be told of it they know in either case.
    """
    noting.read_in(member, conversation)
    if not (member.may(Permission.MESSAGES_SEND) or member.may(Permission.CONVERSATIONS_RESOLVE)):
        return
    if Conversation.objects.filter(pk=conversation.pk, unread__gt=0).update(unread=0):
        _tell(conversation, LiveKind.CONVERSATION)


def mark_unread(*, member: Membership, conversation: Conversation) -> None:
    """Let it stand out again as if nobody had read it."""
    require(member, Permission.MESSAGES_SEND)
    if Conversation.objects.filter(pk=conversation.pk, unread=0).update(unread=1):
        _tell(conversation, LiveKind.CONVERSATION)


def save_draft(
    *, member: Membership, conversation: Conversation, body: str, is_note: bool = False, origin: str = ""
) -> None:
    """Keep what the member has begun to write, and where it began; an empty one is forgotten.

    Anything too long to be sent is cut; what must not be stored leaves a mask, as in a note.
    """
    text = kept(body.replace("\x00", "")[:LONGEST_NOTE])
    if not text.strip():
        forget_draft(member, conversation)
        return
    values = {
        "contact_id": conversation.contact_id,
        "body": text,
        "is_note": is_note,
        "origin": origin if len(origin) <= origins.LONGEST and origin.isascii() and origin.isprintable() else "",
        "updated_at": timezone.now(),
    }
    Draft.objects.update_or_create(conversation=conversation, author=member, defaults=values)


def _pass_on(member: Membership, conversation: Conversation, *, to: UUID | None, was: UUID | None) -> None:
    hands_back = to is None and was == member.pk
    if not (hands_back and member.may(Permission.CONVERSATIONS_CLAIM)):
        require(member, Permission.CONVERSATIONS_ASSIGN)
    if to is not None and to not in {one.id for one in colleagues_on(conversation.line)}:
        raise NotPossible(_("This colleague may not read or may not answer the conversations of this line."))
    if to == was:
        return
    rows = Conversation.objects.filter(pk=conversation.pk, status=_OPEN, assignee_id=was)
    if not rows.update(assignee_id=to):
        now = _as_it_is(conversation)
        if now.status == _OPEN and now.assignee is not None:
            raise _taken(now)
        raise NotPossible(_("This conversation has changed meanwhile. Look at it again."))
    audit.record(event=AuditKind.CONVERSATION_ASSIGNED, actor=member, object=conversation, assignee=str(to or ""))
    if to == member.pk:
        _show(conversation, Turn.Kind.TAKEN, member)
    else:
        _show(conversation, Turn.Kind.ASSIGNED if to else Turn.Kind.RETURNED, member, assignee_id=to)
    if to is not None:
        noting.assigned(to=to, actor=member, conversation_id=conversation.pk)


def _may_become(conversation: Conversation, status: Conversation.Status) -> QuerySet[Conversation]:
    """The row, if it is in a status from which it may move to this one."""
    before = [old for old, allowed in MOVES.items() if status in allowed]
    return Conversation.objects.filter(pk=conversation.pk, status__in=before)


def _as_it_is(conversation: Conversation) -> Conversation:
    return Conversation.objects.select_related("assignee__user").get(pk=conversation.pk)


def _taken(conversation: Conversation) -> NotPossible:
    by = colleague(conversation.assignee)
    return AlreadyTaken(by) if by else NotPossible(_("This conversation has changed meanwhile. Look at it again."))


def forget_draft(member: Membership, conversation: Conversation) -> None:
    """What the member had begun to write here is sent, or kept elsewhere."""
    Draft.objects.filter(conversation=conversation, author=member).delete()


def _show(conversation: Conversation, kind: Turn.Kind, actor: Membership, **more: Any) -> None:
    """Put what happened into the thread; tell browsers and webhook endpoints."""
    made = {"conversation": conversation, "contact_id": conversation.contact_id, "created_at": timezone.now()}
    Turn.objects.create(kind=kind, actor=actor, through=_rule(), **(made | more))
    _tell(conversation, LiveKind.CONVERSATION)
    if kind in _ENDS:
        ending_steps.take(conversation, kind)
        outgoing_webhooks.tell_conversation(_ENDS[kind], conversation)
    else:
        outgoing_webhooks.tell_assigned(conversation, actor.pk if kind == Turn.Kind.TAKEN else more.get("assignee_id"))


def _rule() -> str:
    rule = acting()
    return rule.name if rule else ""


def _tell(conversation: Conversation, kind: LiveKind) -> None:
    live.publish(kind=kind, conversation=conversation.pk, line=conversation.line_id)
