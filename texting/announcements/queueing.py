"""Some recipients' texts go through the gate into the outbox; beside whom that cannot be done for stands why."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.models import Membership
from tenancy.bulk_writes import update_rows
from tenancy.encryption import KeyDestroyed, prefetch
from tenancy.ids import new_id
from texting import sending
from texting.announcements import breaking, once, running
from texting.announcements.checking import BROKEN, ERASED
from texting.announcements.texts import NOT_MADE, texts_for
from texting.gate import OutsideHours
from texting.models import Announcement, AnnouncementRecipient, Message
from texting.purposes import Purpose
from texting.sending import Refused, Result, Wanted

log = logging.getLogger("parley.announcements")

BAD_TEXT = "text.bad"
RowState = AnnouncementRecipient.State


def queue(row: Announcement, author: Membership, rows: Sequence[AnnouncementRecipient]) -> int:
    """Queue these, or say why not. One that breaks alone, also in the database, is set aside and holds up no others.

    Returns how many of them wait for nothing but their turn.
    """
    try:
        with transaction.atomic():
            return _send(row, author, rows)
    except OperationalError:  # the database itself
        raise
    except Exception as error:
        if len(rows) == 1 and not isinstance(error, KeyDestroyed) and _may_be_about_all(row):
            raise
        broken: Exception | None = None
        taken = 0
        for one in rows:
            try:
                with transaction.atomic():
                    taken += _send(row, author, [one])
            except OperationalError:
                raise
            except KeyDestroyed:  # an erasure is between their key and their rows
                one.state, one.reason, one.message_id = RowState.REFUSED, ERASED, None
            except Exception as error:
                log.exception("announced_text_broke", extra={"recipient": str(one.pk)})
                one.state, one.reason, one.message_id, one.due_at = RowState.REFUSED, BROKEN, None, None
                broken = error
        if broken is not None and len(rows) > 1 and all(one.reason == BROKEN for one in rows):
            raise broken from None  # it is not about one of them
        _store(rows)
        return taken


def _may_be_about_all(row: Announcement) -> bool:
    """Whether what breaks for one, who alone is due, is worth another try: it holds up nobody, or none ever worked."""
    if not Message.objects.filter(announcement=row).exists():
        return True
    ready = AnnouncementRecipient.objects.filter(announcement=row, state=RowState.READY)
    return row.tries + 1 < breaking.TRIES and ready.count() < 2


def _send(row: Announcement, author: Membership, rows: Sequence[AnnouncementRecipient]) -> int:
    came = _came_after_all(row, rows)
    rows = [one for one in rows if one not in came]
    if not rows:
        return 0
    contacts = [one.contact for one in rows]
    prefetch(contacts)
    texts = texts_for(row, contacts, author)
    again = once.twice(row, rows)
    made = [one for one in rows if one.pk not in again and not texts[one.contact_id].why]
    wanted = [
        Wanted(
            one.contact,
            texts[one.contact_id].body,
            message_id=new_id(),
            outside_hours=OutsideHours.WAIT,
            origin=texts[one.contact_id].origin,
            announcement_id=row.pk,
        )
        for one in made
    ]
    results = sending.send_all(line=row.line, texts=wanted, author=author, purpose=Purpose(row.purpose))
    for one in rows:
        if one.pk in again:
            one.state, one.reason = RowState.REFUSED, once.TWICE
        elif texts[one.contact_id].why:
            one.state, one.reason = RowState.REFUSED, NOT_MADE
    for one, result in zip(made, results, strict=True):
        _note(one, result)
    _store(rows)
    queued = [result for result in results if isinstance(result, Message)]
    return sum(text.held_until is None or text.held_until <= timezone.now() for text in queued)


def _came_after_all(row: Announcement, rows: Sequence[AnnouncementRecipient]) -> list[AnnouncementRecipient]:
    """Those who are tried again, of whom a carrier says since then that the text before has arrived: it is written
    down, and they get no other.
    """
    again = {one.contact_id: one for one in rows if one.moved_at is not None}
    if not again:
        return []
    texts = Message.objects.filter(announcement=row, contact__in=list(again), status__in=running.ARRIVED).order_by()
    came = []
    for contact_id, pk in texts.values_list("contact_id", "pk"):
        one = again.pop(contact_id, None)
        if one is not None:
            one.state, one.reason, one.message_id = RowState.SENT, "", pk
            came.append(one)
    _store(came)
    return came


def _store(rows: Sequence[AnnouncementRecipient]) -> None:
    for one in rows:
        one.moved_at = timezone.now()
    update_rows(rows, ["state", "reason", "due_at", "message_id", "moved_at"])


def _note(one: AnnouncementRecipient, result: Result) -> None:
    if isinstance(result, Message):
        one.state, one.message_id, one.reason = RowState.QUEUED, result.pk, ""
    elif isinstance(result, Refused):
        against = result.outcome.objections
        again_at = result.outcome.again_at
        one.reason = against[0].rule[:60] if against else "none"
        if again_at is not None:
            one.due_at = max(again_at, timezone.now() + timedelta(minutes=1))
        else:
            one.state = RowState.REFUSED
    else:
        one.state, one.reason = RowState.REFUSED, BAD_TEXT
