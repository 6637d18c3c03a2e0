"""The clock of scheduled texts."""

from celery import shared_task

from tenancy.background import each_organization
from texting.scheduled import following, leaving_now, series


@shared_task
def send_scheduled() -> dict[str, int]:
    """Let what is due go, in every organization."""
    counts = each_organization("send scheduled texts", leaving_now.send_due, until_nothing_left=True)
    return {"sent": counts.items, "failed": counts.failed}


@shared_task
def keep_up_scheduled() -> dict[str, int]:
    """Make the next text of each series, and move those whose date has moved, in every organization."""
    made = each_organization("make the next texts of series", series.keep_up, until_nothing_left=True)
    moved = each_organization("follow dates of contacts", following.keep_up, until_nothing_left=True)
    return {"made": made.items, "moved": moved.items, "failed": made.failed + moved.failed}
