"""A disk without room: for the answers that a worker keeps while the database is away, and for the database itself."""

import os
import signal
import time
from typing import Any

import pytest

from tenancy.ids import new_id
from tests.faults import full_disk
from tests.faults.crashing_web import browser_of, compose
from tests.faults.every_race import customer_writes
from tests.faults.intents import Desk, Intent, new_number
from tests.faults.proxy import Mode
from tests.faults.running import System
from texting.purposes import Purpose

pytestmark = pytest.mark.timeout(400)


@pytest.mark.parametrize("seconds_away", [1.5, 8.0], ids=["for a moment", "for longer than a worker tries on"])
def test_an_answer_that_fits_on_no_disk_is_kept_or_looked_up(
    seconds_away: float, system: System, desk: Desk, holds: Any
):
    system.kill("worker")
    system.start_worker(PAUSE_AT="after_call")
    desk.send_each(system.far_end, "ok", reports="never")
    pid = system.wait_for_pause("worker")
    with full_disk.no_room_for_files_of(pid):
        system.lines["postgres"].mode = Mode.REFUSE
        system.lines["postgres"].reset_all()
        os.kill(pid, signal.SIGCONT)
        time.sleep(seconds_away)
        assert not system.spool.exists() or not list(system.spool.iterdir()), "there was room"
        system.lines["postgres"].mode = Mode.PASS
        time.sleep(2)
    holds()


def test_while_the_databases_disk_is_full_nothing_is_taken_and_nothing_is_lost(system: System, desk: Desk, holds: Any):
    numbers = [new_number() for _ in range(40)]
    met = desk.meet(numbers)
    browser = browser_of(desk.member, system)
    assert browser.get("/inbox/") == 200
    try:
        disk_with_tables = full_disk.a_disk_for_tables()
        with disk_with_tables as disk:
            full_disk.fill(disk)
            answers = []
            for number in numbers:
                message_id = new_id()
                answers.append(compose(browser, met[number], message_id))
                if answers[-1] == 200:  # a page had room left
                    desk.intents.append(Intent(message_id, number, Purpose.REPLY))
            print(f"answered while there was no room: {answers}")
            assert set(answers) <= {200, 503}
            assert 503 in answers
            full_disk.free(disk)
            number = numbers[-1]
            message_id = new_id()
            assert compose(browser, met[number], message_id) == 200
            desk.intents.append(Intent(message_id, number, Purpose.REPLY))
            customer_writes(system, desk, number, "See you at 5")
            holds()
    except full_disk.NoMount:
        pytest.skip("a small disk takes root: run this as root, with `mount`")
