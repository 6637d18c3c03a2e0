"""Keeps a text for later, and what people do with it until then.

Whatever can never pass is refused at once, while its author is there to write it anew: sensitive content, an opt-out,
a closed line. What only the hour speaks against is a matter of the hour at which it leaves. Each change locks the row
and looks again, so that of two who press at once, and of a person and the clock, one wins and the other is told.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import readable
from texting import conversations, gate, sending
from texting.attachments import binding
from texting.attachments.binding import BadFiles
from texting.conversations import NotPossible
from texting.gate import OutsideHours
from texting.models import Conversation, ScheduledText
from texting.origins import origin_for
from texting.purposes import Purpose
from texting.scheduled.checking import (
    MOST_IN_A_THREAD,
    When,
    hours_of,
    kept_before,
    number_waiting,
    purpose_of,
    refuse_what_never_passes,
)
from texting.scheduled.states import OPEN, State, Why, move, show
from texting.scheduled.their_clock import Zone
from texting.sending import BadText


def schedule(
    *,
    member: Membership,
    conversation: Conversation,
    body: str,
    when: When,
    message_id: UUID,
    files: Sequence[UUID] = (),
    origin: str = "",
    purpose: Purpose = Purpose.REPLY,
) -> ScheduledText:
    """Keep a text until its time. The same `message_id` again keeps it once.

    Raises BadText, BadTime, OutsideThen (nothing said yet what to do outside the customer's hours), OriginGone,
    NotPossible (the customer is with somebody else, too many wait, it was sent already), Refused (it could never pass).
    """
    require(member, Permission.MESSAGES_SEND)
    written = sending.cleaned(body, may_be_empty=bool(files))
    repeated = kept_before(message_id, conversation)
    if repeated is not None:
        return repeated
    conversations.refuse_if_with_somebody_else(member, contact_id=conversation.contact_id, line=conversation.line)
    if origin:
        purpose = purpose_of(member, conversation, origin)
    if number_waiting(conversation) >= MOST_IN_A_THREAD:
        raise NotPossible(_("Many texts are scheduled for this customer already. Cancel some first."))
    outside_hours = hours_of(when, conversation, purpose)
    draft = gate.Draft(conversation, written, purpose, member, files=tuple(files), outside_hours=OutsideHours.SEND)
    refuse_what_never_passes(draft, message_id)
    try:
        ready = binding.ready(files, author=member, contact=conversation.contact, line=conversation.line)
    except BadFiles as error:
        raise BadText(str(error)) from None
    now = timezone.now()
    row = ScheduledText(
        message_id=message_id,
        conversation=conversation,
        contact_id=conversation.contact_id,
        line_id=conversation.line_id,
        author=member,
        body=written,
        purpose=purpose.value,
        origin=origin,
        outside_hours=outside_hours,
        send_at=when.at,
        look_at=when.at,
        zone=when.zone.name,
        zone_from=when.zone.known_from,
        made_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the same request, a moment before
        repeated = kept_before(message_id, conversation)
        if repeated is None:
            raise
        return repeated
    binding.hold([file.pk for file in ready], message_id=message_id)
    if not member.is_machine:
        conversations.forget_draft(member, conversation)
    audit.record(event=AuditKind.MESSAGE_SCHEDULED, actor=member, object=row, send_at=when.at.isoformat())
    show([row])
    return row


def change(
    *, member: Membership, row: ScheduledText, revision: int, body: str | None = None, when: When | None = None
) -> ScheduledText:
    """Other words, another time, or both; one that was stopped waits again.

    Whoever changes the words sends it: they become its author. `revision` is that of the row they looked at. Raises as
    `schedule` does, and NotPossible when it left or was changed meanwhile.
    """
    require(member, Permission.MESSAGES_SEND)
    mine = _locked(row)
    if mine.revision != revision or mine.state not in OPEN:
        raise NotPossible(_changed(mine))
    place = _place(mine)
    conversations.refuse_if_with_somebody_else(member, contact_id=mine.contact_id, line=place.line)
    files = tuple(file.pk for file in binding.held_with(mine.message_id))
    before = _words(mine)
    written = before if body is None else sending.cleaned(body, may_be_empty=bool(files))
    purpose, fields = Purpose(mine.purpose), ["send_at", "look_at", "tries"]
    wanted = when or When(mine.send_at, Zone(mine.zone, ScheduledText.ZoneFrom(mine.zone_from)), _outside(mine))
    mine.outside_hours = hours_of(wanted, place, purpose)
    draft = gate.Draft(place, written, purpose, member, files=files, outside_hours=OutsideHours.SEND)
    refuse_what_never_passes(draft, mine.message_id)
    if written != before:
        mine.body, fields = written, [*fields, "body"]
        _give_to(mine, member)
        mine.origin = origin_for(member, place.line, mine.origin)
    _give_if_left(mine, member)
    if wanted.at != mine.send_at:  # from now on it has a time of its own
        mine.field_id = mine.relation = mine.followed_at = None
        fields += ["field", "relation", "followed_at"]
    mine.send_at = mine.look_at = wanted.at
    mine.zone, mine.zone_from, mine.tries = wanted.zone.name, wanted.zone.known_from, 0
    mine.save(update_fields=[*fields, "zone", "zone_from", "outside_hours", "author", "origin"])
    if mine.state == State.STOPPED:
        move(mine, State.WAITING)
    else:
        move(mine, State(mine.state), why=Why(mine.why) if mine.why else None)
    audit.record(event=AuditKind.MESSAGE_RESCHEDULED, actor=member, object=mine, send_at=wanted.at.isoformat())
    return mine


def cancel(*, member: Membership, row: ScheduledText) -> None:
    """It does not leave; until its words end it can be restored. Twice is once. Raises NotPossible when it has left."""
    require(member, Permission.MESSAGES_SEND)
    mine = _locked(row)
    if mine.state == State.CANCELED:
        return
    if mine.state not in OPEN:
        raise NotPossible(_changed(mine))
    move(mine, State.CANCELED)
    audit.record(event=AuditKind.MESSAGE_SCHEDULE_CANCELED, actor=member, object=mine)


def restore(*, member: Membership, row: ScheduledText) -> None:
    """Take a cancellation back. It waits again, or pauses when its time has passed."""
    require(member, Permission.MESSAGES_SEND)
    mine = _locked(row)
    if mine.state != State.CANCELED:
        raise NotPossible(_changed(mine))
    _words(mine)
    move(mine, State.WAITING if mine.send_at > timezone.now() else State.PAUSED)
    audit.record(event=AuditKind.MESSAGE_SCHEDULE_RESTORED, actor=member, object=mine)


def pause(*, member: Membership, row: ScheduledText) -> None:
    """It waits for a person, whatever its time is. Twice is once. Raises NotPossible when it waits no more."""
    require(member, Permission.MESSAGES_SEND)
    mine = _locked(row)
    if mine.state == State.PAUSED:
        return
    if mine.state != State.WAITING:
        raise NotPossible(_changed(mine))
    move(mine, State.PAUSED)
    audit.record(event=AuditKind.MESSAGE_SCHEDULE_PAUSED, actor=member, object=mine)


def resume(*, member: Membership, row: ScheduledText) -> None:
    """It waits for its time again; one whose author has left leaves in this member's name from then on.

    Raises NotPossible when its time has passed, or when it is not paused.
    """
    require(member, Permission.MESSAGES_SEND)
    mine = _locked(row)
    if mine.state == State.WAITING:
        return
    if mine.state != State.PAUSED:
        raise NotPossible(_changed(mine))
    if mine.send_at <= timezone.now():
        raise NotPossible(_("Its time has passed. Choose a new time, or send it now."))
    _give_if_left(mine, member)
    mine.save(update_fields=["author", "origin"])
    move(mine, State.WAITING)
    audit.record(event=AuditKind.MESSAGE_SCHEDULE_RESUMED, actor=member, object=mine)


def put_away(*, member: Membership, row: ScheduledText) -> None:
    """Somebody has read why it did not leave. Nothing happens to what may still leave."""
    require(member, Permission.MESSAGES_SEND)
    mine = _locked(row)
    if mine.state == State.STOPPED and mine.seen_at is None:
        mine.seen_at = timezone.now()
        mine.save(update_fields=["seen_at"])
        show([mine])


def lock_open(row: ScheduledText) -> ScheduledText:
    """The row, locked, if somebody may still send it. Raises NotPossible."""
    mine = _locked(row)
    if mine.state not in OPEN:
        raise NotPossible(_changed(mine))
    return mine


def _locked(row: ScheduledText) -> ScheduledText:
    return ScheduledText.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)


def _place(row: ScheduledText) -> Conversation:
    return Conversation.objects.select_related("contact", "line__team").get(pk=row.conversation_id)


def _words(row: ScheduledText) -> str:
    words = readable(row, "body", None)
    if words is None:
        raise NotPossible(_("Its words were removed. Write it anew."))
    return words


def _outside(row: ScheduledText) -> OutsideHours:
    return OutsideHours(row.outside_hours)


def _give_to(row: ScheduledText, member: Membership) -> None:
    """From now on it is this member's, with its files. The caller saves the row."""
    if row.author_id != member.pk:
        row.author = member
        row.origin = origin_for(member, row.line, row.origin)
        binding.give(row.message_id, member)


def _give_if_left(row: ScheduledText, member: Membership) -> None:
    """What somebody wrote who is here no more leaves in the name of whoever lets it."""
    author = Membership.objects.select_related("user").get(pk=row.author_id)
    if not (author.is_active and author.user.is_active):
        _give_to(row, member)


def _changed(row: ScheduledText) -> str:
    if row.state in OPEN:
        return _("A colleague has changed it meanwhile. Look at it again.")
    words = {"state": State(row.state).label}
    return _("It is too late for that: %(state)s.") % words
