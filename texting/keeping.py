"""Keeps providers' answers although the database is away: tries on for a minute, and puts them on disk meanwhile."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from django.db import IntegrityError, InterfaceError, OperationalError, close_old_connections

from tenancy.crash_points import crash_here
from tenancy.isolation import activate
from texting import recording, spool
from texting.recording import Answer

log = logging.getLogger("parley.delivery")

KEPT_SECONDS = 60.0  # less than a lease: until then nobody takes these texts for unknown
FIRST_WAIT, LONGEST_WAIT = 0.25, 5.0

AWAY = (OperationalError, InterfaceError)  # the database, not what we ask of it


def keep(answers: Sequence[Answer], *, others: Callable[[], Sequence[Answer]] = tuple) -> bool:
    """Record the answers of one organization. False when that was not possible; then they are on disk, if it works.

    They go to disk at once when the database does not answer, so a worker that is killed while it tries on loses none.
    So do `others`, which wait for their turn behind them: to record an answer twice does no harm.
    """
    if not answers or _recorded(answers):
        return True
    file, end, wait = spool.write(answers), time.monotonic() + KEPT_SECONDS, FIRST_WAIT
    if waiting := others():
        spool.write(waiting)
    crash_here("after_spooled")
    while time.monotonic() + wait < end:
        time.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT)
        if _recorded(answers):
            if file:
                spool.done(file, complete=True)
            return True
    if file is None:
        for answer in answers:  # the last place where it can be found
            ids = {"text": str(answer.message_id), "attempt": answer.attempt, "outcome": answer.outcome}
            log.critical("answer_lost", extra={**ids, "provider_id": answer.provider_message_id})
    return False


def bring_in() -> int:
    """Record what waits on disk. Returns how many answers; stops, and leaves the rest, while the database is away."""
    count = 0
    for file in spool.waiting():
        try:
            answers, complete = spool.read(file)
        except OSError as error:  # another process was faster, or the disk cannot be read
            log.warning("spool_not_read", extra={"error": type(error).__name__, "errno": error.errno})
            continue
        if not all(_recorded(part) for part in spool.by_organization(answers)):
            break
        crash_here("before_spool_done")
        spool.done(file, complete=complete)
        count += len(answers)
    return count


def _recorded(answers: Sequence[Answer]) -> bool:
    """False when the database is away. What it refuses for one text does not keep the others from being recorded."""
    try:
        with activate(answers[0].organization_id):
            recording.record(answers)
    except AWAY as error:
        log.warning("answer_not_recorded", extra={"error": type(error).__name__, "texts": len(answers)})
        close_old_connections()
        return False
    except Exception as error:
        if len(answers) > 1:
            done = [_recorded([answer]) for answer in answers]  # each is tried, whatever became of the one before
            return all(done)
        return _without_its_id(answers[0], error)
    return True


def _without_its_id(answer: Answer, error: Exception) -> bool:
    """A provider that gives one id to two texts has still taken both: ours is kept with an ending that makes it one."""
    log.error("answer_broke", extra={"text": str(answer.message_id), "error": type(error).__name__})
    ending = f":{answer.message_id.hex}"
    if not isinstance(error, IntegrityError) or answer.provider_message_id.endswith(ending):
        return True
    room = 64 - len(ending)
    return _recorded([replace(answer, provider_message_id=answer.provider_message_id[:room] + ending)])
