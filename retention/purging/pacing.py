"""How fast a purge goes while others work: in short transactions, and resting after those in which anybody was served.

A text that arrives meets at most one batch: what the disk has still to write of it, and the processor that it has. So a
batch is short, and shorter in rows where the machine is slow. PostgreSQL says what other sessions of ours, whichever
process they belong to, want of it. Where one is at work at the end of a batch, the machine is busy: the purge rests as
long as it worked, so that half of the time is theirs. Where some were served while it ran and none is at work now, it
lets them by for a moment; where none were, it goes on at once. Nothing is remembered between purges.
"""

import time
from collections.abc import Callable
from enum import Enum

from django.db import connection

A_BATCH = 0.1
"""Seconds that a batch should take."""
FIRST, FEWEST, MOST = 125, 125, 500
"""Rows in a batch: of fewer, most of the time would go into its statements."""
A_MOMENT = 0.25
"""Of the time of a batch: the rest where others were served and none is at work."""
LONGEST_REST = 1.0
"""Seconds. A batch that takes longer than this met something else, and a purge has to end."""

_OTHERS = """
SELECT coalesce(bool_or(state = 'active'), false), count(*) > 0 FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
    AND (state = 'active' OR query_start > clock_timestamp() - %s * interval '1 second')
"""
# A role sees all of its own sessions:
# https://www.postgresql.org/docs/18/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW


def next_size(size: int, took: float) -> int:
    """How many rows the next batch has when one of `size` took so many seconds: at most twice as many."""
    wanted = int(size * A_BATCH / max(took, 0.001))
    return max(FEWEST, min(MOST, 2 * size, wanted))


class Others(Enum):
    """What other sessions of this role want of this database."""

    AT_WORK = 1.0
    SERVED = A_MOMENT
    AWAY = 0.0


def others(seconds: float) -> Others:
    """What they want now, and wanted in the last seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction the first look would stay
        cursor.execute(_OTHERS, [seconds])
        at_work, served = cursor.fetchone()
    return Others.AT_WORK if at_work else Others.SERVED if served else Others.AWAY


class Pace:
    """The pace of one run. `size`: rows of the next batch."""

    def __init__(
        self,
        *,
        sleep: Callable[[float], object] | None = None,
        look: Callable[[float], Others] = others,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sleep, self._look, self._clock = sleep or time.sleep, look, clock
        self.size = FIRST
        self._began = clock()

    def begin(self) -> None:
        """A batch begins."""
        self._began = self._clock()

    def rest(self) -> None:
        """It is committed: choose the next one's size, and rest as others want."""
        took = self._clock() - self._began
        self.size = next_size(self.size, took)
        if rest := min(took * self._look(took).value, LONGEST_REST):
            self._sleep(rest)
