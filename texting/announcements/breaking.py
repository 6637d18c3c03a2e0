"""What broke is tried again after pauses that grow, and ends, with a reason that people read, when that does not help.

Each failure is counted in a transaction of its own, before anything is made of it: so what breaks while it is being
stopped is not tried without end either. A worker that is killed counts nothing, so each writes down that it begins.
"""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import activate
from texting.announcements import planning, stopping, telling
from texting.announcements.writing import PROMISED, promise_nothing
from texting.models import Announcement

FIRST_PAUSE = timedelta(seconds=10)  # doubles with each failure in a row
LONGEST_PAUSE = timedelta(hours=1)
ANOTHER = timedelta(seconds=4)  # within which whoever has begun comes to the first batch; the clock rings every five
TRIES = 6  # some five minutes, so that a database that starts anew ends nothing
State, Why = Announcement.State, Announcement.Why
_AT_WORK = frozenset({State.CHECKING, State.PLANNED, State.RUNNING})


def rests(row: Announcement) -> bool:
    """Whether it is too early to look at it again."""
    return row.again_at is not None and row.again_at > timezone.now()


def rested() -> Q:
    """On announcements: those that do not rest."""
    return Q(again_at=None) | Q(again_at__lte=timezone.now())


def forget(row: Announcement) -> None:
    """It works again; the caller holds the row."""
    if row.tries or row.again_at is not None or row.begun_at is not None:
        row.tries, row.again_at, row.begun_at = 0, None, None
        row.save(update_fields=["tries", "again_at", "begun_at"])


def begin(organization_id: UUID, announcement_id: UUID) -> bool:
    """Write down that a worker begins, until its first batch is written. False where it should not.

    Whoever finds that somebody has begun and not come so far counts a failure: that one was killed by it.
    """
    with activate(organization_id):
        rows = Announcement.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        row = rows.filter(pk=announcement_id).first()
        if row is None or rests(row):
            return False
        if row.state not in _AT_WORK:
            return True
        has_died = row.begun_at is not None and timezone.now() - row.begun_at >= ANOTHER
        if row.begun_at is None:
            row.begun_at = timezone.now()
            row.save(update_fields=["begun_at"])
            return True
    if has_died:
        note(organization_id, announcement_id)
    return False


def note(organization_id: UUID, announcement_id: UUID) -> None:
    """Count a failure; the last one that is borne ends it until a person looks at it."""
    with activate(organization_id):
        row = _held(announcement_id)
        if row is None:
            return
        row.tries = min(row.tries + 1, TRIES * TRIES)
        row.again_at = timezone.now() + min(FIRST_PAUSE * 2 ** (row.tries - 1), LONGEST_PAUSE)
        row.begun_at = None
        row.save(update_fields=["tries", "again_at", "begun_at"])
    if row.tries >= TRIES:
        with activate(organization_id):
            _give_up(_held(announcement_id))


def _held(announcement_id: UUID) -> Announcement | None:
    rows = Announcement.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("line", "made_by__user", "started_by__user").filter(pk=announcement_id).first()


def _give_up(row: Announcement | None) -> None:
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
