"""A whole process lives at another time than everybody else; what is due is decided by the database's clock.

Everything that Python asks about the time is shifted (`hurrying.WRONG_BY`), as on a machine whose clock is wrong; the
monotonic clock is not. libfaketime cannot be used for that: its version 0.9.10 makes `time.sleep` of Python 3.11 fail.
"""

from typing import Any

import pytest

from tests.faults.every_race import customer_writes
from tests.faults.hurrying import WRONG_BY
from tests.faults.intents import Desk, new_number
from tests.faults.running import System

pytestmark = pytest.mark.timeout(400)


@pytest.mark.parametrize("hours", [1, -1, 24 * 366])
def test_a_worker_with_a_wrong_clock_sends_once(hours: int, system: System, desk: Desk, holds: Any):
    system.kill("worker")
    system.start_worker(**{WRONG_BY: str(hours)})
    desk.send_each(system.far_end, "ok")
    desk.send_each(system.far_end, "accept_then_reset", reports="never")
    desk.send_each(system.far_end, "429_with_wait")
    try:
        holds()
    finally:
        system.kill("worker")


@pytest.mark.parametrize("hours", [1, -1])
def test_a_web_process_with_a_wrong_clock_takes_texts_and_reports(hours: int, system: System, desk: Desk, holds: Any):
    system.kill("web")
    system.start_web(**{WRONG_BY: str(hours)})
    number = new_number()
    desk.send_each(system.far_end, "ok")
    try:
        customer_writes(system, desk, number, "START")
        customer_writes(system, desk, number, "STOP")
        holds()
    finally:
        system.kill("web")
