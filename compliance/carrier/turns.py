"""Which line's list is compared when: each once a night, spread over three hours, and one worker at a line at a time.

The turn is taken by putting the line's next time a while ahead (`LEASE`): a worker that dies gives it back by that.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from texting.models import LineKey

LEASE = timedelta(minutes=10)
NIGHT_BEGINS = 1  # o'clock, in the organization's time zone
NIGHT_SECONDS = 3 * 3600
AFTER_A_FAILURE = timedelta(hours=1)

_TAKE = """
UPDATE texting_linekey SET opt_outs_due_at = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE line_id IN (
    SELECT line_id FROM texting_linekey WHERE opt_outs_due_at <= clock_timestamp()
    ORDER BY opt_outs_due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING organization_id, line_id, clock_timestamp()
"""


@dataclass(frozen=True)
class LineTurn:
    """One line that is due; it is `now`, by the database's clock."""

    organization_id: UUID
    line_id: UUID
    now: datetime


def take() -> LineTurn | None:
    """The line that has been due for longest, for as long as the lease; None when none is due."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, {"lease": LEASE.total_seconds()})
        row = cursor.fetchone()
    return LineTurn(*row) if row else None


def put(line_id: UUID, at: datetime) -> None:
    """The line's next time."""
    LineKey.objects.filter(line_id=line_id).update(opt_outs_due_at=at)


def next_night(line_id: UUID, zone: str, now: datetime) -> datetime:
    """A moment of the coming night, always the same one for a line, so that lines do not all ask at once."""
    local = now.astimezone(ZoneInfo(zone))
    begins = local.replace(hour=NIGHT_BEGINS, minute=0, second=0, microsecond=0)
    moment = begins + timedelta(seconds=line_id.int % NIGHT_SECONDS)
    if moment <= local:
        moment += timedelta(days=1)
    return moment.astimezone(UTC)
