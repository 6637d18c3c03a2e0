"""Doorbells: the rows say what to do, so each task is safe to lose and to run twice."""

from celery import shared_task

from texting.outgoing_webhooks import delivering, tidying


@shared_task
def send_webhooks() -> int:
    """Make the deliveries that are due. Returns how many calls were made."""
    return delivering.send_due()


@shared_task
def sweep_webhooks() -> int:
    """Find deliveries whose doorbell was lost, or whose time to be tried again has come."""
    return delivering.sweep()


@shared_task
def forget_old_deliveries() -> dict[str, int]:
    """End the log's rows whose days are over."""
    counts = tidying.forget_old()
    return {"organizations": counts.organizations, "deleted": counts.items, "failed": counts.failed}
