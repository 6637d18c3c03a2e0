"""A night's purge is killed at each of its places, really and in processes of their own; the next round finishes it."""

import pytest

from tests.retention.purging import killing
from tests.retention.purging.conftest import told, without_waiting
from tests.retention.purging.test_killed import desk, real
from tests.texting.desk import busy_desk

__all__ = ["busy_desk", "desk", "real", "told", "without_waiting"]
pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("real")]


@pytest.mark.parametrize("times", [1, 2, 5])
@pytest.mark.parametrize("point", killing.POINTS)
def test_killed_anywhere_it_is_finished_and_nothing_is_lost_or_counted_twice(point, times, desk, told):
    scene = killing.set_scene(desk, told)
    killing.die(point, times)
    killing.judge(desk, scene, killing.resume(desk))
