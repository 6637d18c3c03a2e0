"""Files that somebody asked for and whose period is over: their keys go, their pieces are deleted, their row says so.

A key goes at once and for good. A process that dies right then leaves a file that nothing opens; the next round knows
it by the mark that a destroyed key leaves behind until the log tells of it, whatever keeps the file by then.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from retention.due import lanes
from retention.exporting.running import end
from retention.keeping import doomed
from retention.kinds import Kind
from retention.lock import deleting_lock
from retention.models import DataExport, PurgeStep
from retention.models.export import EXPORT_KEY
from retention.purging import lease
from retention.purging.by_rows import count
from retention.purging.pacing import Pace
from tenancy.crash_points import crash_here
from tenancy.encryption import keyring
from tenancy.isolation import activate, current_organization_id

BATCH = 10
"""Files, each of many pieces."""
EXPORTS = DataExport._meta.label


def end_exports(organization: UUID, step: PurgeStep, at: datetime) -> None:
    """End the files that are due; counts into `step.ended`, and names their keys in `step.key_ids`."""
    pace, more = Pace(), True
    while more:
        pace.begin()
        with activate(organization):
            deleting_lock()
            lease.keep(step.purge)
            due = _next(at)
            if due:
                _end(step, due)
                crash_here("before_files_ended")
        more = bool(due)
        pace.rest()


def _next(at: datetime) -> list[DataExport]:
    """Some that end: kept by nothing, or without a key already."""
    gone = keyring.destroyed_scopes(current_organization_id(), EXPORT_KEY)
    for lane in lanes(Kind.EXPORTS):
        free = Q(pk__in=doomed(lane, at).order_by().values("pk"))
        rows = lane.due(at).filter(free | Q(pk__in=gone)).select_for_update(of=("self",))
        if found := list(rows.order_by("ready_at", "pk")[:BATCH]):
            return found
    return []


def _end(step: PurgeStep, due: Sequence[DataExport]) -> None:
    keys = end(due, reason=f"purge {step.purge_id}")
    count(step.pk, {EXPORTS: len(due)}, keys)
