"""Who works at a purge says until when, so that another takes over when it died.

One that was held up for longer, and goes on, meets what the other has done: `TakenOver` stops it.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from retention.models import Purge, PurgeStep

LEASE = timedelta(minutes=15)


class TakenOver(Exception):
    """Another process has gone on with it: this one was thought to be dead, and leaves it alone."""


def keep(purge_id: UUID) -> None:
    """Stay at it for so long; with each thing that is done, in its transaction. Raises TakenOver when it is over."""
    running = Purge.objects.filter(pk=purge_id, state=Purge.State.RUNNING)
    if not running.update(busy_until=timezone.now() + LEASE):
        raise TakenOver


def give_up(purge_id: UUID) -> None:
    """Let others take it."""
    Purge.objects.filter(pk=purge_id).update(busy_until=None)


def still_mine(steps: Collection[PurgeStep], state: PurgeStep.State) -> None:
    """Lock steps that are in this state as far as this process knows. Raises TakenOver when another has moved one."""
    rows = PurgeStep.objects.select_for_update().filter(pk__in=[step.pk for step in steps], state=state)
    if len(rows.order_by("pk").values_list("pk")) < len(steps):
        raise TakenOver
