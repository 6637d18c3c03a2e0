"""A child cannot outlive the process that started it, by the kernel's help or by the watcher's."""

import os
import signal
import subprocess
import sys
import time

import pytest

from config.embedded import processes
from config.embedded.processes import Child, running_program
from config.env import PROJECT

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
WAYS = ["watcher"] + (["kernel"] if sys.platform == "linux" else [])

PARENT = f"""
import os, signal, sys
from config.embedded import processes
processes.KERNEL_TELLS = sys.argv[1] == "kernel"
child = processes.Child("sleeper", {SLEEP!r}, environment=dict(os.environ), output=2)
print(child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def ends_within(seconds, pid):
    limit = time.monotonic() + seconds
    while running_program(pid) is not None:
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("way", WAYS)
def test_a_child_ends_when_its_parent_is_killed(way):
    answer = subprocess.run(
        [sys.executable, "-c", PARENT, way], cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=False
    )
    assert answer.returncode == -signal.SIGKILL
    assert ends_within(5, int(answer.stdout))


@pytest.mark.parametrize("way", WAYS)
def test_a_child_stops_when_it_is_asked(monkeypatch, way):
    monkeypatch.setattr(processes, "KERNEL_TELLS", way == "kernel")
    child = Child("sleeper", SLEEP, environment=dict(os.environ), output=subprocess.DEVNULL)
    assert child.exit_code() is None
    assert child.stop(5)
    assert child.exit_code() == -signal.SIGTERM


def test_a_child_that_does_not_listen_is_ended(tmp_path):
    deaf = "import signal, sys, time; signal.signal(15, signal.SIG_IGN); open(sys.argv[1], 'w'); time.sleep(60)"
    ready = tmp_path / "ready"
    child = Child(
        "deaf",
        [sys.executable, "-c", deaf, ready],
        environment=dict(os.environ),
        output=subprocess.DEVNULL,
    )
    while not ready.exists():
        time.sleep(0.01)
    assert not child.stop(0.2)
    assert child.exit_code() == -signal.SIGKILL


def test_a_program_is_known_by_its_process():
    assert running_program(os.getpid())
    done = subprocess.Popen([sys.executable, "-c", ""])
    time.sleep(0.2)
    try:
        assert ends_within(2, done.pid), "an exit code that nobody took is no running program"
    finally:
        done.wait()
