"""Who works at a purge says until when, and as whom, so that another takes over when it died.

One that was held up for longer, and goes on, meets what the other has done: `TakenOver` stops it. It neither keeps nor
gives up what is the other's by then, since each who takes a purge does so under a name of its own (`Purge.busy_by`).

A clock that was ahead leaves moments that no right clock would write: these are not waited for (`out_of_reach`).
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from retention.models import Purge, PurgeStep
from tenancy.ids import new_id

LEASE = timedelta(minutes=15)


class TakenOver(Exception):
    """Another process has gone on with it: this one was thought to be dead, and leaves it alone."""


def free(now: datetime) -> Q:
    """On purges: at which nobody is, as far as can be told."""
    return Q(busy_until=None) | Q(busy_until__lt=now) | Q(busy_until__gt=out_of_reach(now, LEASE))


def out_of_reach(now: datetime, longest: timedelta) -> datetime:
    """What waits until later than this, and waits for `longest` at the most, was put off by a clock that was ahead.

    Twice as long, since clocks differ; who is alive all the same finds out by its name.
    """
    return now + 2 * longest


def take(purge: Purge) -> None:
    """Begin to be at it, under a new name. The caller has locked its row and found it `free`."""
    purge.busy_by, purge.busy_until = new_id(), timezone.now() + LEASE
    purge.save(update_fields=["busy_by", "busy_until"])


def keep(purge: Purge) -> None:
    """Stay at it for so long; with each thing that is done, in its transaction. Raises TakenOver when it is over, or
    another is at it.
    """
    if not _mine(purge).filter(state=Purge.State.RUNNING).update(busy_until=timezone.now() + LEASE):
        raise TakenOver


def give_up(purge: Purge) -> bool:
    """Let others take it. Whether this process still had it."""
    return bool(_mine(purge).update(busy_until=None, busy_by=None))


def still_mine(steps: Collection[PurgeStep], state: PurgeStep.State) -> None:
    """Lock steps that are in this state as far as this process knows. Raises TakenOver when another has moved one."""
    rows = PurgeStep.objects.select_for_update().filter(pk__in=[step.pk for step in steps], state=state)
    if len(rows.order_by("pk").values_list("pk")) < len(steps):
        raise TakenOver


def _mine(purge: Purge) -> QuerySet[Purge]:
    return Purge.objects.filter(pk=purge.pk, busy_by=purge.busy_by)
