"""The clock of polls."""

from celery import shared_task

from compliance.polls import reminding, thanking
from tenancy.background import each_organization


@shared_task
def remind_of_polls() -> dict[str, int]:
    """Ask those once more who have not answered, and end what waited for a colleague's look at thanks; everywhere."""
    counts = each_organization("remind of polls", _turn)
    return {"reminded": counts.items, "failed": counts.failed}


def _turn() -> int:
    thanking.settle_decided()
    return reminding.remind()
