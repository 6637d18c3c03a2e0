"""A process dies at every named place of the product, is replaced, and nothing is lost or sent twice."""

import pytest

from tenancy.crash_points import POINTS
from tests.faults.crashing import crash_and_recover
from tests.faults.crashing_web import die_between_commit_and_doorbell
from tests.faults.purging import die_while_the_quarantine_is_forgotten, what_is_left

pytestmark = pytest.mark.timeout(400)

QUEUEING = ("before_queued", "before_doorbell")
PURGING = ("after_keys_destroyed",)


@pytest.mark.parametrize("point", [point for point in POINTS if point not in (*QUEUEING, *PURGING)])
def test_whatever_dies_is_replaced_and_goes_on(point, system, desk, holds):
    crash_and_recover(point, system, desk)
    holds()


@pytest.mark.parametrize("point", QUEUEING)
def test_a_web_process_that_dies_while_it_queues_keeps_all_or_nothing(point, system, desk, holds):
    sent = die_between_commit_and_doorbell(point, system, desk)
    holds(lost=frozenset() if point == "before_doorbell" else frozenset({sent}))


@pytest.mark.parametrize("point", PURGING)
def test_a_purge_whose_worker_dies_is_finished_by_the_next_one_and_told_once(point, system, desk, holds):
    key_id = die_while_the_quarantine_is_forgotten(point, system, desk)
    holds()
    left = what_is_left(desk, key_id)
    assert left == {"requests": 0, "keys": 0, "unfinished": 0, "key:destroyed": 1, "webhook:forgotten": 1}
