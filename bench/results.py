"""Where figures are kept: RESULTS.md, with date, commit and machine."""

import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"


def keep(name: str, report: str) -> None:
    """Print the report and append it."""
    print(report)
    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, cwd=RESULTS.parent, capture_output=True, text=True, check=False).stdout.strip()
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    heading = f"## {name}, {datetime.now(UTC):%Y-%m-%d}, commit {commit or 'none'}, {machine}"
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(f"{heading}\n\n{report.strip()}\n\n")


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Median and, in brackets, least and greatest."""
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def verdict(ratio: float, floor: float, *, at_most: bool = False) -> str:
    """Whether a figure reached its floor, in a word."""
    return "reached" if (ratio <= floor if at_most else ratio >= floor) else "MISSED"
