"""How fast a purge goes while others work: in short transactions, and resting after those in which anybody was served.

A text that arrives meets at most one batch: what the disk has still to write of it, and the processor that it has. So a
batch is short, and shorter in rows where the machine is slow. PostgreSQL says which other sessions of ours asked it for
anything while a batch ran, whichever process they belong to. Where one did, the purge rests as long as it worked, so
that half of the time is theirs; where none did, it goes on at once. Nothing is remembered between purges.
"""

import time
from collections.abc import Callable

from django.db import connection

A_BATCH = 0.2
"""Seconds that a batch should take."""
FIRST, FEWEST, MOST = 250, 250, 1000
"""Rows in a batch: of fewer, most of the time would go into its statements."""
LONGEST_REST = 1.0
"""Seconds. A batch that takes longer than this met something else, and a purge has to end."""

_OTHERS = """
SELECT EXISTS (
    SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
        AND query_start > clock_timestamp() - %s * interval '1 second'
)
"""
# A role sees all of its own sessions:
# https://www.postgresql.org/docs/18/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW


def next_size(size: int, took: float) -> int:
    """How many rows the next batch has when one of `size` took so many seconds: at most twice as many."""
    wanted = int(size * A_BATCH / max(took, 0.001))
    return max(FEWEST, min(MOST, 2 * size, wanted))


def anyone_served(seconds: float) -> bool:
    """Whether another session of this role asked this database for anything in the last seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction the first look would stay
        cursor.execute(_OTHERS, [seconds])
        (found,) = cursor.fetchone()
    return bool(found)


class Pace:
    """The pace of one run. `size`: rows of the next batch."""

    def __init__(
        self,
        *,
        sleep: Callable[[float], object] | None = None,
        is_asked: Callable[[float], bool] = anyone_served,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sleep, self._is_asked, self._clock = sleep or time.sleep, is_asked, clock
        self.size = FIRST
        self._began = clock()

    def begin(self) -> None:
        """A batch begins."""
        self._began = self._clock()

    def rest(self) -> None:
        """It is committed: choose the next one's size, and rest if anybody was served meanwhile."""
        took = self._clock() - self._began
        self.size = next_size(self.size, took)
        if self._is_asked(took):
            self._sleep(min(took, LONGEST_REST))
