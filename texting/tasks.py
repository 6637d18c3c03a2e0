"""Doorbells: each task says where to look, the rows say what to do, so each is safe to lose and to run twice."""

import logging
from uuid import UUID

from celery import shared_task

from texting import delivery, forgetting, outbox, reconciling

log = logging.getLogger("parley.outbox")


@shared_task
def deliver(line_id: str) -> int:
    """Hand over what is due on one line. Returns how many texts were handed over."""
    return delivery.deliver_line(UUID(line_id))


@shared_task
def sweep_outbox() -> dict[str, int]:
    """Find texts whose doorbell was lost and attempts that never came back."""
    unconfirmed = delivery.expire_leases()
    lines = outbox.lines_with_work()
    for line_id in lines:
        outbox.ring_later(line_id, 0.1)
    return {"lines": len(lines), "unconfirmed": unconfirmed}


@shared_task
def reconcile() -> dict[str, int]:
    """Look up texts whose outcome is unknown."""
    return reconciling.reconcile()


@shared_task
def forget_quarantine() -> dict[str, int]:
    """End what the quarantine has kept for long enough."""
    return forgetting.forget_quarantine()
