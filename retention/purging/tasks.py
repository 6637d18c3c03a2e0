"""Doorbells of the purge. The rows say what to do, so each is safe to lose and to run twice."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from celery import shared_task
from django.db import transaction

from retention.purging import running

_NIGHT = 6 * 3600
"""Seconds. A purge ends by itself, and steps that the usual limit breaks off would count as failed; who comes meanwhile
finds that somebody is at it.
"""

_one = threading.Lock()
"""A worker's few threads send texts, too: one of them purges, however often the clock rings meanwhile."""


@shared_task(soft_time_limit=_NIGHT, time_limit=_NIGHT + 60)
def purge_by_night() -> dict[str, int]:
    """Begin the night's purges where it is time, and go on with those that have begun."""
    with _alone() as is_alone:
        return running.run_nights(goes_on=is_alone)


@shared_task(soft_time_limit=_NIGHT, time_limit=_NIGHT + 60)
def go_on(organization_id: str) -> bool:
    """Go on with an organization's purge now, instead of in a few minutes. It opens its own short transactions."""
    with _alone() as is_alone:
        return is_alone and running.go_on(UUID(organization_id))


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other thread of this process purges, until it is over."""
    is_alone = _one.acquire(blocking=False)
    try:
        yield is_alone
    finally:
        if is_alone:
            _one.release()


def ring(organization_id: UUID) -> None:
    """`go_on` when the active transaction has committed."""

    def apply() -> None:  # not a partial: Django names the function when it failed, and a partial has no name
        go_on.apply_async(args=(str(organization_id),))

    transaction.on_commit(apply, robust=True)
