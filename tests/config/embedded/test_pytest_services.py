"""The servers of a test run that was killed do not stay, and neither does its folder."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from config.embedded import pytest_services
from config.embedded.processes import running_program
from config.env import PROJECT

KILLED_RUN = """
import os, signal
from config.embedded import pytest_services
pytest_services.pytest_load_initial_conftests()
run = pytest_services._running[0]
print(run.folder, run.postgres.child.pid, run.valkey.child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_run_leaves_no_server_and_its_folder_is_swept_by_the_next():
    environment = {name: value for name, value in os.environ.items() if name != pytest_services.MARK}
    run = subprocess.run(
        [sys.executable, "-c", KILLED_RUN],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert run.returncode == -signal.SIGKILL
    folder, *servers = run.stdout.split()
    limit = time.monotonic() + 10
    while any(running_program(int(pid)) for pid in servers):
        assert time.monotonic() < limit
        time.sleep(0.05)
    assert Path(folder).exists()
    pytest_services._remove_leftovers(older_than=0)
    assert not Path(folder).exists()
    assert Path(os.environ[pytest_services.MARK]).exists(), "a folder in use is left alone"


def test_where_memory_has_no_room_or_is_none_the_files_lie_where_temporary_ones_do(monkeypatch, tmp_path):
    monkeypatch.setattr(pytest_services, "MEMORY", tmp_path)
    monkeypatch.setattr(pytest_services, "ENOUGH", 1)
    assert pytest_services._in_memory() == tmp_path
    monkeypatch.setattr(pytest_services, "ENOUGH", 2**62)
    assert pytest_services._in_memory() is None
    monkeypatch.setattr(pytest_services, "MEMORY", tmp_path / "none")
    monkeypatch.setattr(pytest_services, "ENOUGH", 1)
    assert pytest_services._in_memory() is None
