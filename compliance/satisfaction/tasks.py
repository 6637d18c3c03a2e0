"""The clock of the question after a conversation."""

from celery import shared_task

from compliance.satisfaction import asking
from tenancy.background import each_organization


@shared_task
def ask_satisfaction() -> dict[str, int]:
    """Ask what is due, in every organization."""
    counts = each_organization("ask satisfaction", asking.ask_due, until_nothing_left=True)
    return {"looked_at": counts.items, "failed": counts.failed}
