"""A worker is really killed while it makes a file; the next one makes the same, and half of it is never handed out."""

import io
import os
import signal
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from retention.exporting import asking, running
from retention.models import DataExport, DataExportPart
from tenancy.encryption import keyring
from tenancy.isolation import activate
from tests.texting.desk import FIRST, busy_desk

__all__ = ["busy_desk"]
pytestmark = pytest.mark.timeout(300)

_EXPORTS = """
import django; django.setup()
from retention.exporting import running
running.round_of_exports()
"""


def fetched(desk, export):
    answer = desk.as_(desk.cast.owner).get(f"/settings/exports/{export.pk}/")
    return b"".join(answer.streaming_content) if answer.status_code == 200 else None


def test_an_organizations_file_whose_worker_is_killed_is_made_by_the_next_one(busy_desk):
    desk = busy_desk
    for number in range(30):
        desk.hear(f"About my crown {number}", number=FIRST)
    with activate(desk.organization):
        export = asking.ask_everything(member=desk.cast.owner)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "CRASH_AT": "before_export_ready"}
    command = [sys.executable, "-c", _EXPORTS]
    done = subprocess.run(command, env=environment, cwd=Path(settings.BASE_DIR), check=False)
    assert done.returncode == -signal.SIGKILL, f"it was never there: {done.returncode}"
    keyring.forget_everything()
    with activate(desk.organization):
        assert DataExportPart.objects.count() == 1
    assert fetched(desk, export) is None
    assert running.go_on(desk.organization.pk) == 0, "somebody has it until he must be dead"
    with activate(desk.organization):
        left = DataExport.objects.get().busy_until - timezone.now()
        assert left <= timedelta(minutes=2)
        DataExport.objects.update(busy_until=timezone.now())
    assert running.go_on(desk.organization.pk) == 1
    archive = zipfile.ZipFile(io.BytesIO(fetched(desk, export)))
    assert archive.testzip() is None
    assert archive.read("texting.message.jsonl").count(b"About my crown") == 30
