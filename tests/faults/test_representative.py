"""A few of the faults, for every run of the tests; `make faults` runs all of them."""

import os
import time

import pytest

from tenancy.isolation import activate
from tests.callers import make_caller
from tests.compliance.importing_lists import outcomes
from tests.faults import announcing
from tests.faults.away import callers, take_away
from tests.faults.crashing import crash_and_recover
from tests.faults.crashing_web import browser_of
from tests.faults.importing import ROWS, die_in_the_middle_of_a_list, entries, finish_with_two_workers
from tests.faults.intents import new_number
from texting.models import Message

POOL_SECONDS = 5.0  # `config.env.database`: whoever waits for a connection that is in use is told after that
pytestmark = pytest.mark.timeout(900 if os.environ.get("FAULTS_LONG") else 300)


@pytest.mark.parametrize("point", ["after_call"])
def test_a_worker_that_dies_with_the_answer_in_its_hands_sends_nothing_twice(point, system, desk, holds):
    crash_and_recover(point, system, desk)
    holds()


def test_a_list_whose_worker_is_killed_is_finished_by_others_and_each_row_is_written_once(system, desk):
    made = die_in_the_middle_of_a_list(system, desk)
    finish_with_two_workers(system, made)
    assert outcomes(made) == {"imported": ROWS}
    assert entries(desk) == (ROWS, ROWS)


def test_without_the_database_everybody_is_told_soon_to_come_again_and_then_served(system, desk, holds):
    number = new_number()
    desk.meet([number])
    browser = browser_of(desk.member, system)
    asking = callers(system, desk, browser, make_caller(desk.owner), number)
    assert browser.get("/inbox/") == 200
    take_away(system)
    waited = 0.0
    for who, ask in [*asking.items()] * 2:
        told = ask()
        print(f"{who} was answered {told.status} in {told.seconds:.2f} s")
        assert (told.status, told.retry_after) == (503, "30"), who
        if who.startswith("a program"):
            assert told.content_type == "application/problem+json"
            assert '#unavailable"' in told.body
        waited += told.seconds
    assert waited < 2 * len(asking) * POOL_SECONDS, "each waited until the pool gave up"
    system.whole()
    for who, ask in asking.items():
        end = time.monotonic() + 30
        while ask().status >= 300:
            assert time.monotonic() < end, f"{who} is not served again"
    holds()
    assert sum(one.to == number for one in system.far_end.truth) == 1
    with activate(desk.organization):
        assert [text.body for text in Message.objects.filter(direction="in")] == ["See you at 5"]


def test_an_announcement_whose_worker_is_killed_at_any_moment_reaches_each_once(system, desk, holds):
    long = bool(os.environ.get("FAULTS_LONG"))
    people, times, workers = (400, 12, 2) if long else (60, 1, 1)
    row, numbers = announcing.begin(system, desk, people)
    if long:
        announcing.die_with_a_batch_queued(system, desk, row)
    announcing.kill_again_and_again(system, desk, row, times=times, seed=int(os.environ.get("FAULTS_SEED", "1")))
    announcing.finish(system, desk, row, workers=workers)
    assert announcing.reached(system, numbers) == dict.fromkeys(numbers, 1)
    assert announcing.outcomes(desk, row) == {"sent": people}
    assert announcing.texts_of(desk, row) == people
    holds()
