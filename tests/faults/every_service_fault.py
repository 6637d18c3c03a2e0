"""Redis, PostgreSQL and the provider's network fail under the running system; nothing is lost or sent twice."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from tenancy.ids import new_id
from tests.faults import servers
from tests.faults.crashing_web import browser_of, compose
from tests.faults.intents import Desk, Intent, new_number
from tests.faults.proxy import Mode
from tests.faults.running import System
from texting.purposes import Purpose

pytestmark = pytest.mark.timeout(400)


def stall_redis(system: System) -> Callable[[], Any]:
    system.lines["redis"].mode = Mode.STALL
    return lambda: setattr(system.lines["redis"], "mode", Mode.PASS)


def refuse_redis(system: System) -> Callable[[], Any]:
    system.lines["redis"].mode = Mode.REFUSE
    system.lines["redis"].reset_all()
    return lambda: setattr(system.lines["redis"], "mode", Mode.PASS)


def empty_redis(system: System) -> Callable[[], Any]:
    with servers.redis_client() as client:
        client.flushall()
    return lambda: None


def fill_redis(system: System) -> Callable[[], Any]:
    def free() -> None:
        with servers.redis_client() as client:
            client.config_set("maxmemory", "0")

    with servers.redis_client() as client:
        client.config_set("maxmemory", "1mb")
        client.config_set("maxmemory-policy", "noeviction")
    return free


def lose_redis(system: System) -> Callable[[], Any]:
    servers.restart_valkey(seconds_away=3)
    return lambda: None


REDIS = {
    "stalls": stall_redis,
    "refuses": refuse_redis,
    "is emptied": empty_redis,
    "is full": fill_redis,
    "is killed and comes back empty": lose_redis,
}


@pytest.mark.parametrize("fault", REDIS)
def test_without_redis_a_text_is_taken_and_sent_and_pages_open(fault: str, system: System, desk: Desk, holds: Any):
    numbers = [new_number() for _ in range(4)]
    met = desk.meet(numbers)
    browser = browser_of(desk.member, system)
    assert browser.get("/inbox/") == 200
    end_of_fault = REDIS[fault](system)
    answers = {}
    try:
        for number in numbers:
            begun, message_id = time.monotonic(), new_id()
            answers[number] = compose(browser, met[number], message_id)
            desk.intents.append(Intent(message_id, number, Purpose.REPLY))
            print(f"{fault}: answered {answers[number]} in {time.monotonic() - begun:.2f} s")
        assert set(answers.values()) == {200}
        assert browser.get("/inbox/") == 200
        assert browser.get("/sign-in/") in (200, 302)
    finally:
        end_of_fault()
    holds()


POSTGRES = ("stops at once for 10 seconds", "stalls for 8 seconds", "ends every session")


@pytest.mark.parametrize("fault", POSTGRES)
@pytest.mark.parametrize("point", ["after_call", "before_recorded"])
def test_without_the_database_an_answer_is_not_lost(fault: str, point: str, system: System, desk: Desk, holds: Any):
    system.kill("worker")
    system.start_worker(PAUSE_AT=point)
    desk.send_each(system.far_end, "ok", reports="never")
    pid = system.wait_for_pause("worker")
    if fault == POSTGRES[0]:
        servers.stop_postgres()
        os.kill(pid, signal.SIGCONT)
        time.sleep(10)
        servers.start_postgres()
    elif fault == POSTGRES[1]:
        system.lines["postgres"].mode = Mode.STALL
        os.kill(pid, signal.SIGCONT)
        time.sleep(8)
        system.lines["postgres"].mode = Mode.PASS
    else:
        assert servers.end_backends()
        os.kill(pid, signal.SIGCONT)
    holds()


def slow(line: Any) -> None:
    line.delay = 0.3


def stall(line: Any) -> None:
    line.mode = Mode.STALL


def drop(line: Any) -> None:
    line.mode = Mode.DROP


def refuse(line: Any) -> None:
    line.mode = Mode.REFUSE
    line.reset_all()


def cut(line: Any) -> None:
    line.cut_after = line.passed + 300


@pytest.mark.parametrize("fault", [slow, stall, drop, refuse, cut], ids=lambda fault: fault.__name__)
def test_the_network_to_the_provider_fails(fault: Callable[[Any], None], system: System, desk: Desk, holds: Any):
    fault(system.lines["provider"])
    desk.send_each(system.far_end, "ok", reports="late")
    time.sleep(5)
    holds()
