"""How each crash point is reached, by which process, and what is lost with it."""

import os
import signal
import time

from tests.faults.intents import Desk
from tests.faults.proxy import Mode
from tests.faults.running import System

BY_SCRIPT = {  # points that only an unknown outcome reaches
    "before_looked_up": "accept_then_reset",
    "before_settled": "accept_then_reset",
}
BY_WEB = ("before_webhook_commit", "before_webhook_answer")


def crash_and_recover(point: str, system: System, desk: Desk) -> None:
    """Send one text of each purpose through a system whose worker (or web server) dies there, and start it anew."""
    if point in BY_WEB:
        system.kill("web")
        system.start_web(CRASH_AT=point)
        desk.send_each(system.far_end, "ok")
        system.wait_for_crash("web")
        return
    system.kill("worker")
    if point == "after_leases_ran_out":  # somebody must die first to leave a lease behind
        system.start_worker(CRASH_AT="before_call")
        desk.send_each(system.far_end, "ok")
        system.wait_for_crash("worker")
        system.start_worker(CRASH_AT=point)
    elif point in ("after_spooled", "before_spool_done"):
        _spool(point, system, desk)
    else:
        system.start_worker(CRASH_AT=point)
        desk.send_each(system.far_end, BY_SCRIPT.get(point, "ok"), reports="never" if point in BY_SCRIPT else "usual")
    system.wait_for_crash("worker")


def _spool(point: str, system: System, desk: Desk) -> None:
    """The database goes away while the worker has the answer: it is paused there for that."""
    first = "after_spooled"
    system.start_worker(PAUSE_AT="after_call", CRASH_AT=first)
    desk.send_each(system.far_end, "ok", reports="never")
    pid = system.wait_for_pause("worker")
    system.lines["postgres"].mode = Mode.REFUSE
    system.lines["postgres"].reset_all()
    time.sleep(0.2)
    os.kill(pid, signal.SIGCONT)
    system.wait_for_crash("worker")
    assert list(system.spool.glob("*.answers")), "nothing was put on disk"
    system.lines["postgres"].mode = Mode.PASS
    system.start_worker(**({"CRASH_AT": point} if point != first else {}))
    if point == first:
        end = time.monotonic() + 60
        while list(system.spool.glob("*.answers")):
            assert time.monotonic() < end, "the answers stay on disk"
            time.sleep(0.1)
        system.kill("worker")
        system.start_worker(CRASH_AT="after_claim")
        desk.send_each(system.far_end, "ok")
