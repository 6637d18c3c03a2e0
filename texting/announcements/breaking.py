"""What broke is tried again after pauses that grow, and ends, with a reason that people read, when that does not help.

Each failure is counted in a transaction of its own, before anything is made of it: so what breaks while it is being
stopped is not tried without end either. A worker that is killed counts nothing, so each writes down that it begins.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from texting.announcements import planning, stopping, telling
from texting.announcements.writing import PROMISED, TROUBLES, forget_troubles, promise_nothing
from texting.models import Announcement

FIRST_PAUSE = timedelta(seconds=10)  # doubles with each failure in a row
LONGEST_PAUSE = timedelta(hours=1)
ANOTHER = timedelta(seconds=4)  # within which whoever has begun comes to the first batch; the clock rings every five
TRIES = 6  # some five minutes, so that a database that starts anew ends nothing
State, Why = Announcement.State, Announcement.Why
_AT_WORK = frozenset({State.CHECKING, State.PLANNED, State.RUNNING, State.CANCELED})


def rests(row: Announcement) -> bool:
    """Whether it is too early to look at it again."""
    return row.again_at is not None and row.again_at > timezone.now()


def rested() -> Q:
    """On announcements: those that do not rest."""
    return Q(again_at=None) | Q(again_at__lte=timezone.now())


def forget(row: Announcement) -> None:
    """It works again; the caller holds the row."""
    if row.tries or row.again_at is not None or row.begun_at is not None:
        forget_troubles(row)
        row.save(update_fields=TROUBLES)


def begin(organization_id: UUID, announcement_id: UUID) -> datetime | None:
    """Write down that a worker begins, until its first batch is written. Since when it does; None where it should not.

    Whoever finds that somebody has begun and not come so far counts a failure, before it lets go of the row: that one
    was killed by it, once.
    """
    now = timezone.now()
    with activate(organization_id):
        rows = Announcement.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        row = rows.filter(pk=announcement_id).first()
        if row is None or rests(row):
            return None
        if row.state not in _AT_WORK or row.ended_at is not None:
            return now
        if row.begun_at is None:
            row.begun_at = now
            row.save(update_fields=["begun_at"])
            return now
        if now - row.begun_at < ANOTHER:
            return None
        _count(row)
    _give_up(organization_id, row)
    return None


def leave(organization_id: UUID, announcement_id: UUID, since: datetime) -> None:
    """Whoever began then has found another one at it, or nothing to do: nobody counts that as a death."""
    with activate(organization_id):
        Announcement.objects.filter(pk=announcement_id, begun_at=since).update(begun_at=None)


def note(organization_id: UUID, announcement_id: UUID) -> None:
    """Count a failure; the last one that is borne ends it until a person looks at it."""
    with activate(organization_id):
        row = _held(announcement_id)
        if row is None:
            return
        _count(row)
    _give_up(organization_id, row)


def _count(row: Announcement) -> None:
    """The caller holds the row."""
    row.tries = min(row.tries + 1, TRIES * TRIES)
    row.again_at = timezone.now() + min(FIRST_PAUSE * 2 ** (row.tries - 1), LONGEST_PAUSE)
    row.begun_at = None
    row.save(update_fields=TROUBLES)


def _held(announcement_id: UUID) -> Announcement | None:
    rows = Announcement.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("line", "made_by__user", "started_by__user").filter(pk=announcement_id).first()


def _give_up(organization_id: UUID, counted: Announcement) -> None:
    """Where that was the last failure that is borne, in a transaction of its own."""
    if counted.tries >= TRIES:
        with activate(organization_id):
            _end(_held(counted.pk))


def _end(row: Announcement | None) -> None:
    """What runs is paused, what is planned does not begin, and what is being checked is a draft again. Of what is over
    only the news of carriers is left to write down, so that goes on being tried.
    """
    if row is None or row.tries < TRIES:
        return
    if row.state == State.RUNNING:
        stopping.stop(row, Why.BROKEN)
    elif row.state == State.PLANNED:
        planning.stop(row, Why.BROKEN)
    elif row.state == State.CHECKING:
        audit.record(event=AuditKind.ANNOUNCEMENT_STOPPED, object=row, why=Why.BROKEN.value)
        telling.stopped(row, row.started_by or row.made_by)
        promise_nothing(row)
        row.state, row.why, row.started_by = State.DRAFT, Why.BROKEN, None
        row.save(update_fields=["state", "why", "started_by", *PROMISED])
