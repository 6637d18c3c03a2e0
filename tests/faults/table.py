"""A pytest plugin: at the end, one row for each fault and whether everything held."""

import time
from collections import Counter
from typing import Any

import pytest

_rows: list[tuple[str, str, float]] = []
_WORDS = {"passed": "held", "failed": "BROKEN", "skipped": "known hole"}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or (report.when == "setup" and report.outcome != "passed"):
        known = hasattr(report, "wasxfail")
        outcome = "known hole" if known and report.outcome != "failed" else _WORDS[report.outcome]
        _rows.append((report.nodeid.rpartition("/")[2], outcome, report.duration))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    width = max((len(name) for name, _, _ in _rows), default=0)
    terminalreporter.section("faults")
    for name, outcome, seconds in _rows:
        terminalreporter.write_line(f"{name:{width}}  {outcome:10}  {seconds:5.1f} s")
    counts = Counter(outcome for _, outcome, _ in _rows)
    terminalreporter.write_line(f"{dict(counts)} at {time.strftime('%H:%M:%S')}")
