"""Doorbells of erasures. The rows say what to do, so each is safe to lose and to run twice."""

from uuid import UUID

from celery import shared_task
from django.db import transaction

from retention.erasing import running


@shared_task
def go_on_with_erasures() -> dict[str, int]:
    """Go on where an erasure has begun, and write certificates for which carriers have answered."""
    return running.go_on_everywhere()


@shared_task
def go_on_here(organization_id: str) -> int:
    """Go on with an organization's erasures now. It opens its own short transactions."""
    return running.go_on(UUID(organization_id))


def ring(organization_id: UUID) -> None:
    """`go_on_here` when the active transaction has committed."""

    def apply() -> None:  # not a partial: Django names the function when it failed, and a partial has no name
        go_on_here.apply_async(args=(str(organization_id),))

    transaction.on_commit(apply, robust=True)
