"""What the clock starts here."""

from celery import shared_task

from compliance import opting_in
from compliance.reminding import remind
from tenancy.background import each_organization


@shared_task
def remind_of_questions() -> int:
    """Mail those who may decide when a perhaps-stop is overdue. Returns how many mails; twice is once."""
    return each_organization("remind of questions", remind).items


@shared_task
def lapse_opt_ins() -> int:
    """End the questions for permission that nobody answered in time. Returns how many; twice is once."""
    return each_organization("lapse opt-ins", opting_in.lapse).items
