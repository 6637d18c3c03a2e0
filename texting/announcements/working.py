"""The worker's part: recipients in batches, each one transaction that holds the announcement's row.

That lock is the lease. A worker that dies lets go of it with its connection, what it had not committed never was, and
whoever comes next goes on with the recipients that are left: a text, its entry in the outbox and its recipient's state
are written together, and a recipient is unique. So each gets one text, however often this is killed.

Not everything is queued at once: so much waits in the outbox as the line can send in a minute, or `LEAST_AHEAD`. So
the gate is asked shortly before a text leaves, and to pause means little. What waits for its reader's hours does not
count.
"""

import logging
import math
import time
from datetime import timedelta
from uuid import UUID

from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.crash_points import crash_here
from tenancy.isolation import activate
from texting.announcements import breaking, checking, once, planning, running, stopping, taking_back, telling
from texting.announcements.outcomes import settle
from texting.announcements.queueing import queue
from texting.announcements.texts import unseen_words
from texting.models import Announcement, AnnouncementRecipient, Message, OutboxEntry
from texting.queries import visible_lines

log = logging.getLogger("parley.announcements")

BATCH = 250  # so that what does not depend on their number weighs little; a pause waits for some tenths of a second
LOOK_EVERY = 2.0  # seconds, within a turn, between looks at what became of those before
LOOK_SHARE = 0.1  # of the time, at most: a look costs the more, the more there are
A_TURN = 20.0  # seconds; then the others have theirs
LEAST_AHEAD = 500
LOOKED_AT = timedelta(days=3)  # after the end: carriers say late that a text did not arrive
State, Why, RowState = Announcement.State, Announcement.Why, AnnouncementRecipient.State
_NOT_OVER = (RowState.UNREAD, RowState.READY, RowState.QUEUED)


class _Turn:
    """What a worker remembers from one batch to the next: when it looked at the outcomes, and how many it may queue.

    What leaves meanwhile only makes room, and opt-outs and refusals are counted again within `LOOK_EVERY`, or, of a
    hundred thousand, at the latest in the next turn.
    """

    def __init__(self) -> None:
        self.look_again = 0.0
        self.room = 0

    def is_fresh(self) -> bool:
        """Whether it has looked a moment ago."""
        return time.monotonic() < self.look_again

    def has_looked(self, since: float) -> None:
        """It has, and began at that moment of the monotonic clock."""
        now = time.monotonic()
        self.look_again = now + max(LOOK_EVERY, (now - since) / LOOK_SHARE)


def work(organization_id: UUID, announcement_id: UUID, *, seconds: float = A_TURN, batch: int | None = None) -> bool:
    """Work on one for a while. Returns whether something can be done at once that nobody else is at."""
    since = breaking.begin(organization_id, announcement_id)
    if since is None:
        return False
    ends, turn = time.monotonic() + seconds, _Turn()
    while True:
        try:
            with activate(organization_id):
                goes_on = _one_batch(announcement_id, batch or BATCH, turn)
                if goes_on:
                    crash_here("before_announced_commit")
        except Exception as error:
            log.exception("announcement_broke", extra={"announcement": str(announcement_id)})
            breaking.note(organization_id, announcement_id)
            if isinstance(error, DatabaseError):
                raise
            return False
        if goes_on is None:
            breaking.leave(organization_id, announcement_id, since)
        if not goes_on:
            return False
        if time.monotonic() >= ends:
            return True


def unfinished() -> list[UUID]:
    """The active organization's announcements that a worker should look at."""
    at_work = Q(state__in=[State.CHECKING, State.RUNNING, State.PAUSED]) | Q(state=State.CANCELED, ended_at=None)
    begins = Q(state=State.PLANNED, begins_at__lte=timezone.now())
    lately = Q(state__in=[State.FINISHED, State.CANCELED], ended_at__gt=timezone.now() - LOOKED_AT)
    rows = Announcement.objects.filter(breaking.rested(), at_work | begins | lately)
    return list(rows.order_by("started_at").values_list("pk", flat=True))


def _one_batch(announcement_id: UUID, batch: int, turn: _Turn) -> bool | None:
    """False when nothing is left to do now; None when it is not looked at, or another worker is at it."""
    rows = Announcement.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    row = (
        rows.select_related("line__team", "made_by__user", "started_by__user", "approved_by__user", "organization")
        .filter(pk=announcement_id)
        .first()
    )
    if row is None or row.state in {State.DRAFT, State.CHECKED, State.ASKED} or breaking.rests(row):
        return None
    goes_on = _work_at(row, batch, turn)
    breaking.forget(row)
    return goes_on


def _work_at(row: Announcement, batch: int, turn: _Turn) -> bool:
    if row.state == State.PLANNED:
        return planning.look_again(row)
    if row.state == State.CHECKING:
        return _look_at_some(row, batch)
    if row.state == State.RUNNING:
        return _go_on(row, batch, turn)
    settle(row)
    if row.state == State.CANCELED and row.ended_at is None:
        return taking_back.take_back(row, batch)
    return False


def _look_at_some(row: Announcement, batch: int) -> bool:
    """One that begins at its time goes in the name of who asked for that where its author cannot send any more."""
    asker = row.started_by
    if row.begins_at is not None and asker is not None and asker.pk != row.made_by_id and not _may_write(row):
        row.writers = [*row.writers, str(row.made_by_id)]  # and so no second person
        row.made_by = asker
        row.save(update_fields=["made_by", "writers"])
    if checking.check_some(row, row.made_by, batch):
        return True
    if row.state == State.CHECKED and row.begins_at is not None:
        planning.begin(row)
    return row.state == State.RUNNING


# --- Going on ---


def _go_on(row: Announcement, batch: int, turn: _Turn) -> bool:
    author = row.started_by
    if author is None or not _may_send(author, row):
        stopping.stop(row, Why.AUTHOR)
        return False
    if not turn.is_fresh() or turn.room <= 0:
        since = time.monotonic()
        settle(row)
        taking_back.take_back_second_tries(row)
        once.let_the_other_number(row)
        if unseen_words(row, author):
            stopping.stop(row, Why.FIELDS)
            return False
        running.let_leave_what_was_kept_back(row)
        if why := stopping.reason_to_stop(row):
            stopping.stop(row, why)
            return False
        turn.room = _ahead(row) - _waiting(row)
        turn.has_looked(since)
    ready = _recipients(row, RowState.READY)
    if _is_hours_late(row, ready):
        stopping.stop(row, Why.LATE)
        return False
    due = ready.filter(Q(due_at=None) | Q(due_at__lte=timezone.now())).select_related("contact")
    rows = list(due.order_by("id")[: max(0, min(batch, turn.room))])
    if rows:
        turn.room -= queue(row, author, rows)
        if turn.room <= 0:  # some have left meanwhile
            turn.room = _ahead(row) - _waiting(row)
        return turn.room > 0
    return not _recipients(row, *_NOT_OVER).exists() and _finish_or_go_on(row, author)


def _finish_or_go_on(row: Announcement, author: Membership) -> bool:
    """Nobody is left, unless another number of theirs stood before some. Returns whether there is somebody."""
    if once.let_the_other_number(row):
        return True
    row.state, row.ended_at = State.FINISHED, timezone.now()
    row.save(update_fields=["state", "ended_at"])
    audit.record(event=AuditKind.ANNOUNCEMENT_FINISHED, actor=author, object=row)
    telling.finished(row, author)
    return False


def _is_hours_late(row: Announcement, ready: QuerySet[AnnouncementRecipient]) -> bool:
    """Whether it was to leave at an hour of some customers' own that passed by hours while nothing was queued.

    What a slow line has begun in time goes on, however long that takes, and so does what a person let go on since.
    """
    long_ago = timezone.now() - running.TOO_LATE
    if not row.begins_theirs or (row.judged_from is not None and row.judged_from > long_ago):
        return False
    if not ready.filter(reason="", due_at__lt=long_ago).exists():  # with a reason the gate, not the clock, put it off
        return False
    return not Message.objects.filter(announcement=row, created_at__gte=long_ago).exists()


def _recipients(row: Announcement, *states: "AnnouncementRecipient.State") -> QuerySet[AnnouncementRecipient]:
    return AnnouncementRecipient.objects.filter(announcement=row, state__in=states)


def _may_write(row: Announcement) -> bool:
    """Whether it can still be looked at, and signed, as whoever had it checked."""
    return _may_send(row.made_by, row) and not unseen_words(row, row.made_by)


def _may_send(author: Membership, row: Announcement) -> bool:
    may = author.is_active and author.user.is_active and author.may(Permission.ANNOUNCEMENTS_PREPARE)
    return may and author.may(Permission.MESSAGES_SEND) and visible_lines(author).filter(pk=row.line_id).exists()


def _ahead(row: Announcement) -> int:
    return max(LEAST_AHEAD, math.ceil(row.line.texts_per_second * 60))


def _waiting(row: Announcement) -> int:
    """Its texts in the outbox that wait for nothing but their turn."""
    queued = _recipients(row, RowState.QUEUED).order_by().values("message_id")
    entries = OutboxEntry.objects.filter(message_id__in=queued)
    return entries.filter(Q(held_until=None) | Q(held_until__lte=Now())).count()
