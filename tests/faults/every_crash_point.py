"""A process dies at every named place of the product, is replaced, and nothing is lost or sent twice."""

import pytest

from tenancy.crash_points import POINTS
from tests.faults.crashing import crash_and_recover
from tests.faults.crashing_web import die_between_commit_and_doorbell

pytestmark = pytest.mark.timeout(400)

QUEUEING = ("before_queued", "before_doorbell")


@pytest.mark.parametrize("point", [point for point in POINTS if point not in QUEUEING])
def test_whatever_dies_is_replaced_and_goes_on(point, system, desk, holds):
    crash_and_recover(point, system, desk)
    holds()


@pytest.mark.parametrize("point", QUEUEING)
def test_a_web_process_that_dies_while_it_queues_keeps_all_or_nothing(point, system, desk, holds):
    sent = die_between_commit_and_doorbell(point, system, desk)
    holds(lost=frozenset() if point == "before_doorbell" else frozenset({sent}))
