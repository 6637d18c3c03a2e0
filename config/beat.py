"""The clock: Celery beat that rings each task once, however many clocks run.

A second clock that was started by mistake, or the old one during a roll-over, would ring everything twice. Every ring
is therefore taken in the database first: by the first clock that comes, and not again before nine tenths of the task's
interval have passed by the database's time. Without the database nothing rings, which loses nothing: every task looks
into the database.
"""

import logging
from datetime import timedelta
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry
from django.db import Error, close_old_connections, connection

log = logging.getLogger("parley.clock")

SHORTEST = timedelta(minutes=1)  # between two rings of an entry that names minutes and hours instead of an interval
SHARE = 0.9  # of the interval; the rest is for clocks that ring a little early

_TAKE = """
INSERT INTO tenancy_clocktick AS tick (task, ticked_at) VALUES (%(task)s, clock_timestamp())
ON CONFLICT (task) DO UPDATE SET ticked_at = excluded.ticked_at
WHERE tick.ticked_at <= excluded.ticked_at - make_interval(secs => %(pause)s)
    OR tick.ticked_at > excluded.ticked_at + make_interval(secs => %(pause)s)
RETURNING task
"""


class OnceScheduler(PersistentScheduler):
    """Named in `config/celery.py` and by the worker of a local system."""

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Ring, if no other clock has."""
        interval = getattr(entry.schedule, "run_every", SHORTEST)
        if take(str(entry.name), interval):
            super().apply_entry(entry, producer=producer)

    def sync(self) -> None:
        """Keep when what ran. On a full disk the clock goes on: the database knows what has rung."""
        try:
            super().sync()
        except OSError as error:
            log.warning("clock_keeps_nothing", extra={"error": type(error).__name__})


def take(task: str, interval: timedelta) -> bool:
    """Whether the ring of this task, due every `interval`, is ours. False too when the database does not answer."""
    close_old_connections()
    try:
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, {"task": task, "pause": interval.total_seconds() * SHARE})
            return cursor.fetchone() is not None
    except Error as error:
        log.warning("clock_without_database", extra={"task": task, "error": type(error).__name__})
        return False
    finally:
        close_old_connections()
