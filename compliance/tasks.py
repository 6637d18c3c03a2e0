"""What the clock starts here."""

from celery import shared_task

from compliance.reminding import remind
from tenancy.background import each_organization


@shared_task
def remind_of_questions() -> int:
    """Mail those who may decide when a perhaps-stop is overdue. Returns how many mails; twice is once."""
    return each_organization("remind of questions", remind).items
