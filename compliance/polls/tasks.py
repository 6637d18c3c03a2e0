"""The clock of polls."""

from celery import shared_task

from compliance.polls import reminding
from tenancy.background import each_organization


@shared_task
def remind_of_polls() -> dict[str, int]:
    """Ask those once more who have not answered, in every organization."""
    counts = each_organization("remind of polls", reminding.remind)
    return {"reminded": counts.items, "failed": counts.failed}
