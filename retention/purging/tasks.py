"""Doorbells of the purge. The rows say what to do, so each is safe to lose and to run twice."""

from celery import shared_task

from retention.purging import running


@shared_task
def purge_by_night() -> dict[str, int]:
    """Begin the night's purges where it is time, and go on with those that have begun."""
    return running.run_nights()
