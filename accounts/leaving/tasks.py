"""Doorbells: the rows say what to do, so each task is safe to lose and to run twice."""

from contextlib import suppress
from uuid import UUID

from celery import shared_task

from accounts.leaving import plans, trying
from accounts.models import OffboardingReceipt
from tenancy.background import each_organization, organization_task


@organization_task
def try_doors_of(receipt_id: UUID) -> None:
    """Try the doors of a new receipt. Running it twice makes one trial, losing it leaves it to `sweep_leavings`."""
    receipt = OffboardingReceipt.objects.filter(pk=receipt_id, trials__isnull=True).first()
    if receipt is not None:
        with suppress(trying.CannotBeTried):
            trying.try_doors(receipt)


@shared_task
def carry_out_leavings() -> int:
    """End those whose time has come, each in a transaction of its own. Returns how many."""
    return plans.carry_out_due()


@shared_task
def sweep_leavings() -> int:
    """Try the doors of receipts whose bell was lost. Returns how many."""
    return each_organization("try doors", trying.try_untried).items
