"""The clock's part of ending organizations."""

from celery import shared_task

from retention.closing.ending import round_of_closings


@shared_task
def end_organizations() -> dict[str, int]:
    """Remind of ends, and end what is due."""
    return round_of_closings()
