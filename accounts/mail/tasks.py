"""Doorbells: the rows say what to do, so each task is safe to lose and to run twice."""

from celery import shared_task

from accounts.mail import delivering


@shared_task
def deliver_mails() -> int:
    """Hand over the mails that are due. Returns how many."""
    return delivering.deliver_due()


@shared_task
def sweep_mails() -> int:
    """Find mails whose doorbell was lost or whose time to be tried again has come; end those that came to nothing."""
    return delivering.sweep()
