"""Days that reports have counted: whatever changes an old text says so here, in its own transaction.

Nothing is counted before it is `SETTLED`, so that what happens to young texts costs nothing. Who counts takes the lock
alone, who changes shares it: a change that is not committed yet is either seen by the count or takes it back.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from tenancy.isolation import current_organization_id
from texting.models import CountedDay

SETTLED = timedelta(days=3)
"""So long after a day is over nearly all has happened to its texts that will."""


def touch(moments: Iterable[datetime]) -> None:
    """Something of these moments has changed: their days are to be counted anew."""
    before = timezone.now() - SETTLED
    old = {at for at in moments if at < before}
    if not old:
        return
    _lock("pg_advisory_xact_lock_shared")
    condition = Q()
    for at in _hours(old):
        condition |= Q(begin__lte=at, end__gt=at)
    CountedDay.objects.filter(condition).delete()


def forget_all() -> None:
    """What all of them are counted by has changed: business hours, the time zone, a line's team."""
    _lock("pg_advisory_xact_lock_shared")
    CountedDay.objects.all().delete()


def lock_alone() -> None:
    """Before rows are counted, until the transaction ends."""
    _lock("pg_advisory_xact_lock")


def _hours(moments: Iterable[datetime]) -> set[datetime]:
    """One moment of each quarter of an hour: no zone's day begins within one."""
    return {at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0) for at in moments}


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [f"counted days {current_organization_id()}"])
