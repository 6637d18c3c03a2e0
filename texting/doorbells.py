"""Waking a worker for a line. A doorbell that is lost costs time only, since the sweep finds the row."""

import logging
import math
from uuid import UUID

from django.core.cache import cache

log = logging.getLogger("parley.outbox")

LONGEST_RING = 30.0  # seconds; the sweep comes sooner than anything later would


def ring(line_id: UUID, *, wait: float = 0) -> None:
    """Wake a worker for this line. A lost ring costs time only: the sweep finds the row."""
    from texting.tasks import deliver  # the edge imports this module

    try:
        deliver.apply_async(args=(str(line_id),), countdown=wait, retry=False)
    except Exception as error:
        log.warning("doorbell_lost", extra={"line": str(line_id), "error": type(error).__name__})


def ring_later(line_id: UUID, seconds: float) -> None:
    """Ring when the line's pace allows more; only one such ring waits for a line at a time."""
    wait = min(seconds, LONGEST_RING)
    try:
        if cache.add(f"outbox:ring:{line_id}", 1, timeout=math.ceil(wait)):
            ring(line_id, wait=wait)
    except Exception as error:  # the sweep rings too
        log.warning("doorbell_lost", extra={"line": str(line_id), "error": type(error).__name__})
