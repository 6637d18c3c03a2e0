"""A few of the faults, for every run of the tests; `make faults` runs all of them."""

import pytest

from tests.faults.crashing import crash_and_recover

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("point", ["after_call"])
def test_a_worker_that_dies_with_the_answer_in_its_hands_sends_nothing_twice(point, system, desk, holds):
    crash_and_recover(point, system, desk)
    holds()
