"""A purge that is really killed is finished by the next round; `make faults` kills it at each of its places."""

import pytest
from django.conf import settings as configured

from retention.models import DataExportPart
from tenancy.crash_points import OTHER_POINTS, POINTS
from tenancy.isolation import activate
from tests.retention.purging import killing
from texting.models import Message

KEEPERS = list(configured.RETENTION_KEEPERS)


@pytest.fixture
def desk(busy_desk):
    """With real commits, for the other process."""
    return busy_desk


@pytest.fixture
def real(settings, without_waiting):
    """Keepers as the other process has them."""
    settings.RETENTION_KEEPERS = KEEPERS
    settings.AUDIT_SIGNING_KEY = b"k" * 32


@pytest.mark.usefixtures("real")
def test_killed_while_rows_end_and_while_texts_go_and_while_files_go_the_next_round_finishes_it(desk, told):
    scene = killing.set_scene(desk, told)
    killing.die("before_rows_ended")
    killing.die("before_texts_deleted")
    with activate(desk.organization):
        assert Message.objects.filter(pk=scene.gone.pk).exists()
    killing.die("before_files_ended", 2)
    with activate(desk.organization):
        assert DataExportPart.objects.exists(), "not committed"
    killing.judge(desk, scene, killing.resume(desk))


@pytest.mark.usefixtures("real")
def test_killed_after_each_of_its_steps_it_comes_to_its_end(desk, told):
    scene = killing.set_scene(desk, told)
    killing.die("after_purge_step", 200)
    killing.judge(desk, scene, killing.ended(desk))


def test_each_place_of_a_purge_is_one_at_which_it_is_killed():
    named = {point for point in (*POINTS, *OTHER_POINTS) if point in killing.POINTS}
    assert named == set(killing.POINTS)
