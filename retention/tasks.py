"""Doorbells of retention: each says where to look, the rows say what to do."""

from celery import shared_task

from retention.holds.clock import round_of_holds
from retention.requests.clock import round_of_requests
from tenancy.background import each_organization


@shared_task
def look_after_holds() -> dict[str, int]:
    """Remind of holds that expire, and end requests for release that nobody confirmed."""
    done = each_organization("look after holds", round_of_holds)
    return {"holds": done.items, "failed": done.failed}


@shared_task
def look_after_requests() -> dict[str, int]:
    """Remind of requests whose time ends, and end the log after its months."""
    done = each_organization("look after requests", round_of_requests)
    return {"requests": done.items, "failed": done.failed}
