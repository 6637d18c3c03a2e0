"""Having the doors of a receipt tried right after it has committed."""

from accounts.models import OffboardingReceipt


def try_after_commit(receipt: OffboardingReceipt) -> None:
    """Ring. A ring that is lost costs time only: the sweep, or whoever opens the receipt first, finds it untried."""
    from accounts.leaving.tasks import try_doors_of  # the edge imports this module

    try_doors_of.after_commit(receipt.pk)
