"""Waking a worker for a line. A doorbell that is lost costs time only, since the sweep finds the row.

There are two bells, with a queue each: every text rings the urgent one; a worker that has handed over what is urgent
rings the other for what is left. A bell that was rung and not answered yet is not rung again: a hundred thousand texts
are one task, and nobody else's bell stands behind them.
"""

import logging
import math
from uuid import UUID

from django.core.cache import cache

log = logging.getLogger("parley.outbox")

LONGEST_RING = 30.0  # seconds; the sweep comes sooner than anything later would
UNANSWERED = 15  # seconds for which a bell counts as rung; then it was lost


def ring(line_id: UUID, *, wait: float = 0, urgent: bool = True) -> None:
    """Wake a worker for this line, after `wait` seconds. A lost ring costs time only: the sweep finds the row."""
    try:
        if wait or cache.add(_rung(line_id, urgent), 1, timeout=UNANSWERED):
            _send(line_id, wait, urgent)
    except Exception as error:
        log.warning("doorbell_lost", extra={"line": str(line_id), "error": type(error).__name__})


def answered(line_id: UUID, *, urgent: bool) -> None:
    """A worker is here and has not looked yet: from now on a new text rings again."""
    try:
        cache.delete(_rung(line_id, urgent))
    except Exception as error:
        log.warning("doorbell_stuck", extra={"line": str(line_id), "error": type(error).__name__})


def ring_later(line_id: UUID, seconds: float, *, urgent: bool = True) -> None:
    """Ring when the line's pace allows more; only one such ring waits for a line at a time."""
    wait = min(seconds, LONGEST_RING)
    try:
        if cache.add(f"outbox:ring:{line_id}:{int(urgent)}", 1, timeout=math.ceil(wait)):
            ring(line_id, wait=wait, urgent=urgent)
    except Exception as error:  # the sweep rings too
        log.warning("doorbell_lost", extra={"line": str(line_id), "error": type(error).__name__})


def _send(line_id: UUID, wait: float, urgent: bool) -> None:
    from texting.tasks import deliver, deliver_bulk  # the edge imports this module

    task = deliver if urgent else deliver_bulk
    task.apply_async(args=(str(line_id),), countdown=wait, retry=False)


def _rung(line_id: UUID, urgent: bool) -> str:
    return f"outbox:rung:{line_id}:{int(urgent)}"
