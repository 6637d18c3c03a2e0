"""Doorbells of retention: each says where to look, the rows say what to do."""

from celery import shared_task

from retention.holds.clock import round_of_holds
from tenancy.background import each_organization


@shared_task
def look_after_holds() -> dict[str, int]:
    """Remind of holds that expire, and end requests for release that nobody confirmed."""
    done = each_organization("look after holds", round_of_holds)
    return {"holds": done.items, "failed": done.failed}
