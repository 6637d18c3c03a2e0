"""A purge that is really killed is finished by the next round; `make faults` kills it at each of its places."""

import re
from pathlib import Path

import pytest
from django.conf import settings as configured

from retention.models import DataExportPart
from tenancy.isolation import activate
from tests.retention.purging import killing
from texting.models import Message

KEEPERS = list(configured.RETENTION_KEEPERS)
BASE_DIR = Path(configured.BASE_DIR)
NO_PURGE = {
    "tenancy/encryption/ending.py": "an organization ends",
    "tenancy/encryption/tidying.py": "the keys' disk is written over",
}
"""Files beside those of a purge, and when their places are passed."""


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
    """Read from the code, so that a new place is noticed as well as one that is gone."""
    files = [*(BASE_DIR / "retention/purging").rglob("*.py"), *(BASE_DIR / "tenancy/encryption").rglob("*.py")]
    mine = [file.read_text() for file in files if str(file.relative_to(BASE_DIR)) not in NO_PURGE]
    assert sorted(re.findall(r'crash_here\("(\w+)"\)', "".join(mine))) == sorted(killing.POINTS)
