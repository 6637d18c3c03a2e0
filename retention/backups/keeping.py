"""Backups without a timer of anybody's: one each hour, and each week a restore that is tried. Until it is told to stop.

What fails is said and tried again at its next time; the process goes on, since a backup that nobody makes any more is
worse than one that failed.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.core.management.base import CommandError
from django.db import DatabaseError
from django.utils import timezone

from retention.models import RestoreDrill

log = logging.getLogger("parley.backups")

AGAIN = timedelta(days=1)
"""After a drill that did not pass."""
Run = Callable[..., object]


def go_on(
    *,
    to: Path,
    keys_to: Path,
    every: timedelta,
    drill_every: timedelta,
    run: Run,
    wait: Callable[[float], bool],
    **keep: int,
) -> None:
    """Round after round. `run`: a command of manage.py; `wait`: for so many seconds, whether it is over.

    `keep`: how many days copies stay, as the options of `backup` are called.
    """
    while True:
        began = timezone.now()
        _tried(run, "backup", to=to, keys_to=keys_to, **keep)
        if _drill_is_due(began, drill_every):
            _tried(run, "restore_drill", source=to, keys_from=keys_to)
        if wait(max(1.0, (began + every - timezone.now()).total_seconds())):
            return


def _tried(run: Run, command: str, **options: object) -> None:
    try:
        run(command, **options)
    except CommandError as error:  # its words are for people
        log.error("backup_failed", extra={"command": command, "problem": str(error)})
    except (DatabaseError, OSError) as error:
        log.error("backup_failed", extra={"command": command, "problem": type(error).__name__})


def _drill_is_due(now: datetime, every: timedelta) -> bool:
    try:
        last = RestoreDrill.objects.order_by("-at").first()
    except DatabaseError:
        return False  # nor was there a backup
    return last is None or last.at <= now - (every if last.passed else min(every, AGAIN))
