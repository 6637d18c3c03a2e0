"""Doorbells: the rows say what to do, so each task is safe to lose and to run twice."""

from celery import shared_task

from texting.attachments import fetching, forgetting


@shared_task
def fetch_attachments() -> int:
    """Fetch customers' files that are due. Returns how many were tried."""
    return fetching.fetch_due()


@shared_task
def forget_attachments() -> dict[str, int]:
    """End addresses whose time is over, and files that were put into a composer and never sent."""
    return forgetting.forget()
