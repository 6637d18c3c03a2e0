"""Doorbells of the comparison: when and what stands in the rows."""

from celery import shared_task

from compliance.carrier import comparing, forgetting
from tenancy.background import each_organization


@shared_task
def compare() -> dict[str, int]:
    """Compare the lists of the lines that are due."""
    return comparing.compare_due()


@shared_task
def forget() -> int:
    """Remove what is older than it is kept."""
    return each_organization("forget old comparisons", forgetting.forget_old).items
