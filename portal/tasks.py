"""What the clock starts here."""

from celery import shared_task

from portal.secure import ending
from tenancy.background import each_organization


@shared_task
def end_secure_messages() -> int:
    """Destroy what has expired or was opened as often as allowed. Returns how many messages; twice is once."""
    return each_organization("end secure messages", ending.end_due).items


@shared_task
def forget_private_links() -> int:
    """Take links out of our copies of texts that have left. Returns of how many texts; twice is once."""
    return each_organization("forget private links", ending.forget_links).items
