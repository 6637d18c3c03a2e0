"""The clock of scheduled texts."""

from celery import shared_task

from tenancy.background import each_organization
from texting.scheduled import leaving_now


@shared_task
def send_scheduled() -> dict[str, int]:
    """Let what is due go, in every organization."""
    counts = each_organization("send scheduled texts", leaving_now.send_due, until_nothing_left=True)
    return {"sent": counts.items, "failed": counts.failed}
