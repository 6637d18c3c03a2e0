"""Texts of an announcement that do not leave after all: of one that was canceled, and second tries of no use."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from tenancy.bulk_writes import update_rows
from texting import progress
from texting.announcements import running
from texting.announcements.outcomes import settle
from texting.announcements.policy import CANCELED
from texting.models import Announcement, AnnouncementRecipient, Message, OutboxEntry
from texting.statuses import MessageStatus

RowState = AnnouncementRecipient.State
_MOST = 1_000  # at a time


def take_back(row: Announcement, batch: int) -> bool:
    """What nobody has begun; what a worker holds is waited for, since it may have left. Returns whether there is more.

    The caller holds the row, which was canceled.
    """
    now = timezone.now()
    unread = AnnouncementRecipient.objects.filter(announcement=row, state__in=[RowState.UNREAD, RowState.READY])
    unread.update(state=RowState.TAKEN_BACK, reason="", moved_at=now)
    entries = running.waiting(row).select_for_update(skip_locked=True)
    ids = list(entries.order_by("message_id").values_list("message_id", flat=True)[: batch * 4])
    if ids:
        _cancel(ids)
        settle(row)
    if AnnouncementRecipient.objects.filter(announcement=row, state=RowState.QUEUED).exists():
        return bool(ids)
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    return False


def take_back_second_tries(row: Announcement) -> None:
    """Of those who are tried again, whose text before has arrived while the other one waits: that is written down, and
    the other one does not leave. The caller holds the row, which runs.
    """
    if row.judged_from == row.started_at:  # nobody went on or tried again
        return
    texts = Message.objects.filter(contact=OuterRef("contact"), line=row.line_id, announcement=row)
    arrived = texts.filter(status__in=running.ARRIVED).exclude(pk=OuterRef("message_id")).order_by().values("pk")
    queued = AnnouncementRecipient.objects.filter(announcement=row, state=RowState.QUEUED)
    found = list(queued.annotate(came=Subquery(arrived[:1])).filter(came__isnull=False).order_by("pk")[:_MOST])
    if not found:
        return
    entries = running.waiting(row).filter(message_id__in=[one.message_id for one in found])
    ids = set(entries.select_for_update(skip_locked=True).values_list("message_id", flat=True))
    kept = [one for one in found if one.message_id in ids]
    for one in kept:
        one.state, one.reason, one.message_id, one.moved_at = RowState.SENT, "", one.came, timezone.now()
    update_rows(kept, ["state", "reason", "message_id", "moved_at"])
    _cancel(sorted(ids))


def _cancel(ids: Sequence[UUID]) -> None:
    """These texts, whose entries of the outbox are locked, do not leave."""
    messages = list(Message.objects.select_for_update(of=("self",), no_key=True).defer("body").filter(pk__in=ids))
    OutboxEntry.objects.filter(message_id__in=ids).delete()
    for message in messages:
        progress.move(message, MessageStatus.CANCELED, code=CANCELED)
    progress.write(messages)
