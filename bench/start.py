"""`python -m bench.start`: how long `make up` takes to a page that can be signed in to, at its first start and later.

Each start is one of the real command, in a data folder of its own; ready is when `/health/ready` says so and the
sign-in page is there. Memory is that of all its processes then, pages that several share counted once.
"""

import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.processes import megabytes
from bench.results import keep, spread, verdict
from config.embedded.stack import free_port
from config.env import PROJECT

WARM_STARTS = 5
CEILING, MOST_MEGABYTES = 6.0, 300.0
LONGEST = 300.0  # seconds


def start(folder: Path) -> tuple[float, float]:
    """Seconds until it is ready, and megabytes of all processes; then it is stopped."""
    port = free_port()
    command = [sys.executable, "manage.py", "up", "--port", str(port), "--data", str(folder)]
    begun = time.perf_counter()
    with (folder.parent / "up.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=subprocess.STDOUT)
        try:
            while not is_ready(port):
                assert process.poll() is None, Path(log.name).read_text()[-2000:]
                assert time.perf_counter() - begun < LONGEST, "it was not ready in time"
                time.sleep(0.02)
            took = time.perf_counter() - begun
            return took, megabytes(process.pid)
        finally:
            process.terminate()
            process.wait(60)


def is_ready(port: int) -> bool:
    """Whether it says so, and its first page is there."""
    try:
        for path in ("/health/ready", "/sign-in/"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                assert answer.status == 200
    except (urllib.error.HTTPError, OSError):
        return False
    return True


def main() -> int:
    """Measure, check, append. 1 when a ceiling is exceeded."""
    with tempfile.TemporaryDirectory(prefix="parley-start-") as place:
        Path(place).chmod(0o755)  # PostgreSQL runs as another account when root starts it
        folder = Path(place) / "data"
        first, _ = start(folder)
        later = [start(folder) for _ in range(WARM_STARTS)]
    seconds, memory = [took for took, _ in later], statistics.median(used for _, used in later)
    warm = statistics.median(seconds)
    keep(
        "start",
        f"The first start, with the demo organizations: {first:.1f} s. Later ones: **{spread(seconds, 1)} s** (at most"
        f" {CEILING:g}, aim 3: {verdict(warm, CEILING, at_most=True)}), memory **{memory:.0f} MB** (at most"
        f" {MOST_MEGABYTES:g}, aim 220: {verdict(memory, MOST_MEGABYTES, at_most=True)}).",
    )
    return int(warm > CEILING or memory > MOST_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
