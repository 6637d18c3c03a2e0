"""A whole process lives at another time than everybody else; what is due is decided by the database's clock."""

from pathlib import Path
from typing import Any

import pytest

from tests.faults.every_race import customer_writes
from tests.faults.intents import Desk, new_number
from tests.faults.running import System

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(
        not list(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")),
        reason="a process with a wrong clock takes libfaketime: apt install libfaketime",
    ),
]


def at_another_time(hours: int) -> dict[str, str]:
    """The environment of a process whose clock is wrong by so much, and whose monotonic clock is not."""
    [library, *_] = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    return {"LD_PRELOAD": str(library), "FAKETIME": f"{hours * 3600:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


@pytest.mark.parametrize("hours", [1, -1, 24 * 366])
def test_a_worker_with_a_wrong_clock_sends_once(hours: int, system: System, desk: Desk, holds: Any):
    system.kill("worker")
    system.start_worker(**at_another_time(hours))
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
    system.start_web(**at_another_time(hours))
    number = new_number()
    desk.send_each(system.far_end, "ok")
    try:
        customer_writes(system, desk, number, "START")
        customer_writes(system, desk, number, "STOP")
        holds()
    finally:
        system.kill("web")
