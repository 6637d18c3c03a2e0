"""Doorbells of exports. The rows say what to do, so each is safe to lose and to run twice."""

from uuid import UUID

from celery import shared_task
from django.db import transaction


@shared_task
def round_of_exports() -> dict[str, int]:
    """Make what was asked for."""
    from retention.exporting import running  # which reads what rings this bell

    return running.round_of_exports()


@shared_task
def go_on_with_exports(organization_id: str) -> int:
    """Make an organization's exports now. It opens its own short transactions."""
    from retention.exporting import running

    return running.go_on(UUID(organization_id))


def ring(organization_id: UUID) -> None:
    """`go_on_with_exports` when the active transaction has committed."""

    def apply() -> None:  # not a partial: Django names the function when it failed, and a partial has no name
        go_on_with_exports.apply_async(args=(str(organization_id),))

    transaction.on_commit(apply, robust=True)
