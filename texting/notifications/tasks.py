"""The clock of notifications: the rows say what to do, so each task is safe to lose and to run twice."""

from celery import shared_task

from tenancy.background import each_organization
from texting.notifications import mailing
from texting.notifications.push import devices, sending


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


@shared_task
def send_pushes() -> int:
    """Wake the devices of whoever is to be told. Returns how many."""
    return sending.send_due()


@shared_task
def forget_devices() -> dict[str, int]:
    """End devices with which nobody is signed in any more."""
    counts = each_organization("forget push devices", devices.forget_old)
    return {"forgotten": counts.items, "failed": counts.failed}
