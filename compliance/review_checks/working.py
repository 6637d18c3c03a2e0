"""The worker's part of a computing over history: small batches that let live work pass.

A batch is one transaction that holds the run's row and moves `after` on: whoever dies halfway has done nothing of it,
and the next one goes on from there. Between batches the worker rests (`pacing`), and it stops for the round where
conversations are due or texts wait that somebody waits for.
"""

import time
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from compliance.models import CheckedConversation, CheckOutcome, CheckRun
from compliance.review_checks.clock import compute_safely
from compliance.review_checks.pacing import Pace
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.crash_points import crash_here
from tenancy.isolation import activate
from texting.models import Conversation, OutboxEntry
from texting.purposes import URGENT_PRIORITY

A_TURN = 5.0  # seconds, with the rests; then the worker is free for others
WAITED = timedelta(seconds=3)
"""A text that somebody waits for and that has waited so long has the workers for itself."""


def unfinished() -> list[UUID]:
    """The active organization's run that a worker should be at, if any."""
    return list(CheckRun.objects.filter(state=CheckRun.State.RUNNING).values_list("pk", flat=True))


def work(organization_id: UUID, run_id: UUID, *, seconds: float = A_TURN, batch: int | None = None) -> bool:
    """Work on one run for a while. Returns whether something is left that nobody else is at.

    `batch`: so many conversations at once, instead of as many as the pace allows.
    """
    ends, pace = time.monotonic() + seconds, Pace(fixed=batch)
    while True:
        pace.begin()
        with activate(organization_id):
            if live_work_waits():
                return True
            if not _one_batch(run_id, pace.size):
                return False
            crash_here("before_check_run_commit")
        if time.monotonic() >= ends:
            return True
        pace.rest()


def live_work_waits() -> bool:
    """Whether conversations are due, or an urgent text has been waiting for a worker."""
    if CheckedConversation.objects.filter(due_at__lte=timezone.now()).exists():
        return True
    urgent = OutboxEntry.objects.filter(state=OutboxEntry.State.READY, priority__lte=URGENT_PRIORITY)
    return urgent.filter(due_at__lte=timezone.now() - WAITED, held_until=None).exists()


def _one_batch(run_id: UUID, batch: int) -> bool:
    """False when there is nothing to do, or when another worker does it."""
    runs = CheckRun.objects.select_for_update(skip_locked=True, of=("self",)).filter(state=CheckRun.State.RUNNING)
    run = runs.filter(pk=run_id).first()
    if run is None:
        return False
    rows = Conversation.objects.filter(status=Conversation.Status.RESOLVED, pk__lte=run.last)
    rows = rows.filter(resolved_at__gte=run.since) if run.since else rows
    rows = rows.filter(pk__gt=run.after) if run.after else rows
    found = list(rows.order_by("id").only("id", "line", "assignee", "resolved_at")[:batch])
    if not found:
        return _end(run)
    done = compute_safely(_held(found), CheckOutcome.Because.RUN)
    run.after, run.looked_at = found[-1].pk, run.looked_at + len(found)
    run.differed += done.differed
    for check, moves in done.changed.items():
        mine = run.changed.setdefault(check, {})
        for move, number in moves.items():
            mine[move] = mine.get(move, 0) + number
    run.save(update_fields=["after", "looked_at", "differed", "changed"])
    return True


def _held(found: list[Conversation]) -> list[CheckedConversation]:
    """Their rows, locked, new ones where there are none. One that the clock is at is waited for."""
    held = _locked(found)
    known = {row.conversation_id for row in held}
    missing = [one for one in found if one.pk not in known]
    if not missing:
        return held
    CheckedConversation.objects.bulk_create(
        (
            CheckedConversation(
                conversation_id=one.pk, line_id=one.line_id, agent_id=one.assignee_id, resolved_at=one.resolved_at
            )
            for one in missing
        ),
        ignore_conflicts=True,  # the clock may just have made one
    )
    return held + _locked(missing)


def _locked(found: list[Conversation]) -> list[CheckedConversation]:
    rows = CheckedConversation.objects.select_for_update(of=("self",))
    return list(rows.filter(conversation_id__in=[one.pk for one in found]).order_by("conversation_id"))


def _end(run: CheckRun) -> bool:
    run.state, run.ended_at = CheckRun.State.DONE, timezone.now()
    run.save(update_fields=["state", "ended_at"])
    audit.record(event=AuditKind.CHECK_RUN_DONE, object=run, looked_at=run.looked_at, differed=run.differed)
    return False
