"""Doorbells and the clock's rounds for payments."""

from uuid import UUID

from celery import shared_task

from portal.payments import reconciling, tidying


@shared_task
def do_what_is_due(subject_id: str) -> dict[str, int]:
    """Do what is due of one session or refund."""
    return reconciling.round_of_dues(UUID(subject_id))


@shared_task
def round_of_dues() -> dict[str, int]:
    """Ask about what is in doubt and do what is due."""
    return reconciling.round_of_dues()


@shared_task
def tidy() -> dict[str, int]:
    """Forget what is kept for a while only."""
    return tidying.tidy()
