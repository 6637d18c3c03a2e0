"""Lets scheduled texts go: by the clock when they are due, by a person before.

In one transaction a text is queued and its row says so, so it is queued once however many clocks ring, whoever dies and
whatever Redis forgets: the due time is a column, rows that another process holds are passed over, and the text's id was
fixed when it was written. What has become wrong meanwhile is found here, where the gate is asked as for any text: who
wrote it, who has the customer, what the customer said, what the line is. What cannot leave says why, to its author too.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db import DatabaseError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.crash_points import crash_here
from tenancy.encryption import readable
from tenancy.said import gettext as _
from tenancy.said import together
from texting import conversations, origins, sending
from texting.attachments import binding
from texting.conversations import NotPossible
from texting.gate import OutsideHours
from texting.models import Conversation, Message, ScheduledText
from texting.purposes import Purpose
from texting.queries import visible_lines
from texting.scheduled import following, planning
from texting.scheduled.states import State, Why, move, stop
from texting.sending import BadText, Held, Refused

log = logging.getLogger("parley.scheduled")

TOGETHER = 20
LATE = timedelta(hours=4)
"""So long after its time a text still makes sense: as long as a reply may wait to be sent (`purposes.TERMS`)."""
TRIES = 5
FIRST_WAIT = timedelta(minutes=1)  # after something broke; doubles
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True)
class _Not:
    """Why it does not leave, in sentences for people."""

    why: Why
    note: str
    rules: tuple[str, ...] = ()


def send_due() -> int:
    """Let some of the organization's go whose time has come, each for itself. Returns how many were looked at."""
    due = ScheduledText.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(
        state=State.WAITING, look_at__lte=Now()
    )
    rows = list(due.order_by("look_at", "id")[:TOGETHER])
    for row in rows:
        _take(row)
    crash_here("before_scheduled_commit")
    return len(rows)


def send_now(*, member: Membership, row: ScheduledText) -> Message:
    """Let it go at once, also one that was stopped; who presses sends it. Raises NotPossible, Refused, Held."""
    require(member, Permission.MESSAGES_SEND)
    mine = planning.lock_open(row)
    before = mine.author
    if mine.author_id != member.pk:
        mine.origin = origins.origin_for(member, mine.line, mine.origin)
    binding.give(mine.message_id, member)  # files go with their author's texts only
    try:
        found = _send(mine, member, OutsideHours.ASK)
    except Held:
        _write_sender(mine, member)
        move(mine, State.HELD)
        raise
    except Refused:
        binding.give(mine.message_id, before)
        raise
    if isinstance(found, _Not):
        binding.give(mine.message_id, before)
        raise NotPossible(found.note)
    _write_sender(mine, member)
    move(mine, State.SENT)
    return found


def _write_sender(row: ScheduledText, member: Membership) -> None:
    if row.author_id != member.pk:
        row.author = member
        row.save(update_fields=["author", "origin"])


def _take(row: ScheduledText) -> None:
    """Send or stop one. What breaks for reasons that nobody foresaw is tried again and holds up no others."""
    try:
        with transaction.atomic():
            _leave_or_stop(row)
    except Exception as error:
        if isinstance(error, DatabaseError) and not transaction.get_connection().is_usable():
            raise
        log.exception("scheduled_text_broke", extra={"text": str(row.pk), "error": type(error).__name__})
        row = ScheduledText.objects.get(pk=row.pk)
        if row.tries + 1 >= TRIES and _give_up(row):
            return
        wait = min(FIRST_WAIT * 2 ** min(row.tries, TRIES + 1), LONGEST_WAIT)
        ScheduledText.objects.filter(pk=row.pk).update(tries=F("tries") + 1, look_at=Now() + wait)


def _give_up(row: ScheduledText) -> bool:
    """Stop it after the last try. False where even that breaks: then it is looked at again, late and by itself."""
    try:
        with transaction.atomic():
            stop(row, Why.BROKEN, _("Something went wrong when it was to leave. Look at it, and send it again."))
    except Exception as error:
        if isinstance(error, DatabaseError) and not transaction.get_connection().is_usable():
            raise
        log.exception("scheduled_text_stuck", extra={"text": str(row.pk), "error": type(error).__name__})
        return False
    return True


def _leave_or_stop(row: ScheduledText) -> None:
    if following.follow(row):
        return
    author = Membership.objects.select_related("user", "organization").get(pk=row.author_id)
    try:
        found = _too_late(row) or _send(row, author, OutsideHours(row.outside_hours))
    except Held:
        move(row, State.HELD)
        return
    except Refused as refused:
        against = refused.outcome.objections
        found = _Not(
            Why.RULE,
            together(*(words for reason in against for words in (reason.text, reason.what_to_do))),
            tuple(reason.rule for reason in against),
        )
    if isinstance(found, _Not):
        stop(row, found.why, found.note, rules=found.rules)
    else:
        move(row, State.SENT)


def _too_late(row: ScheduledText) -> _Not | None:
    if timezone.now() - row.send_at <= LATE:
        return None
    return _Not(
        Why.LATE,
        _("Its time had passed by hours before it could leave. Read it over and send it if it is still right."),
    )


def _send(row: ScheduledText, author: Membership, outside_hours: OutsideHours) -> Message | _Not:
    """Queue it in the running transaction. Raises Held, Refused."""
    place = Conversation.objects.select_related("contact", "line__team").get(pk=row.conversation_id)
    against = _against_author(row, author) or _against_place(row, author, place)
    if against is not None:
        return against
    files = binding.held_with(row.message_id)
    words = readable(row, "body")
    if words is None:
        return _Not(Why.WORDS, _("What it said was removed. Write it anew."))
    try:
        message = sending.send_text(
            conversation=place,
            body=words,
            author=author,
            purpose=Purpose(row.purpose),
            message_id=row.message_id,
            files=[file.pk for file in files],
            outside_hours=outside_hours,
            origin=row.origin,
        )
    except BadText as error:
        return _Not(Why.WORDS, str(error))
    audit.record(event=AuditKind.MESSAGE_SCHEDULE_SENT, actor=author, object=row, message=str(message.pk))
    return message


def _against_author(row: ScheduledText, author: Membership) -> _Not | None:
    sends = author.is_active and author.user.is_active and author.may(Permission.MESSAGES_SEND)
    if not sends:
        said = _("Whoever wrote it may not send texts any more. Send it yourself if it is still right.")
        return _Not(Why.AUTHOR, said)
    if not visible_lines(author).filter(pk=row.line_id).exists():
        said = _("Whoever wrote it may not use this line any more. Send it yourself if it is still right.")
        return _Not(Why.AUTHOR, said)
    return None


def _against_place(row: ScheduledText, author: Membership, place: Conversation) -> _Not | None:
    try:
        conversations.refuse_if_with_somebody_else(author, contact_id=place.contact_id, line=place.line)
    except NotPossible as reason:
        return _Not(Why.ELSEWHERE, str(reason))
    if row.origin and (gone := origins.origins().gone(author, place.line, row.origin)):
        return _Not(Why.RULE, gone, ("template.gone",))
    return None
