"""The clock of notifications: the rows say what to do, so each task is safe to lose and to run twice."""

from celery import shared_task

from texting.notifications import mailing


@shared_task
def mail_unread() -> dict[str, int]:
    """Mail whoever has left something unread."""
    counts = mailing.mail_unread()
    return {"mailed": counts.items, "failed": counts.failed}


@shared_task
def forget_notifications() -> dict[str, int]:
    """End notifications whose time is over."""
    counts = mailing.forget_old()
    return {"forgotten": counts.items, "failed": counts.failed}
