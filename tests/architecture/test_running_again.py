"""`.ci/again` tells an unsteady test from a broken one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

AGAIN = Path(__file__).parents[2] / ".ci" / "again"
UNSTEADY = """
from pathlib import Path
def test_{name}():
    tries = Path("tries-{name}")
    tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
    assert len(tries.read_text()) {condition}
"""
FINE = "def test_fine(): pass\n"


def run(*command: str, at: Path) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DJANGO"))}
    return subprocess.run([sys.executable, *command], cwd=at, env=plain, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("conditions", "exit_code"),
    [
        (["> 1"], 0),  # failed once, in the whole run
        (["> 1", "> 1", "> 1"], 1),  # too many to be chance
        (["> 2"], 1),  # failed twice
        (["> 1", "< 1"], 1),  # one of them is broken
        (["== 2"], 1),  # passed once, and not again
    ],
)
def test_only_what_passes_twice_more_is_unsteady(tmp_path: Path, conditions: list[str], exit_code: int) -> None:
    tests = "".join(UNSTEADY.format(name=n, condition=condition) for n, condition in enumerate(conditions))
    (tmp_path / "test_it.py").write_text(FINE + tests)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:django -p no:randomly\n")
    first = run("-m", "pytest", "-q", at=tmp_path)
    assert first.returncode == 1
    (tmp_path / "log").write_text(first.stdout)
    second = run(str(AGAIN), "log", at=tmp_path)
    assert second.returncode == exit_code
    assert second.stdout.count("UNSTEADY") == (0 if exit_code else len(conditions))


@pytest.mark.parametrize("log", ["", "no tests ran", "1 failed, 3 passed, 1 error in 2s", "2 failed, 3 passed in 2s"])
def test_a_run_that_ended_otherwise_stays_red(tmp_path: Path, log: str) -> None:
    (tmp_path / "test_it.py").write_text(FINE)
    cache = tmp_path / ".pytest_cache/v/cache"
    cache.mkdir(parents=True)
    (cache / "lastfailed").write_text('{"test_it.py::test_fine": true}')
    (tmp_path / "log").write_text(log)
    assert run(str(AGAIN), "log", at=tmp_path).returncode == 1
