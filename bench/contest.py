"""Web servers that are asked in turns: the rounds of one are compared with the rounds of the other in the same run."""

import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.databases import Databases
from bench.load import drive
from bench.processes import processor_seconds
from bench.results import spread
from config.embedded.stack import free_port

ROUNDS, ROUND_SECONDS, CONNECTIONS = 6, 4.0, 32


@dataclass
class Contestant:
    """One web process of its own. `settings` names a settings module; `requests` never repeats itself."""

    name: str
    requests: Iterator[bytes]
    settings: str = "config.settings"
    application: str = "config.asgi:application"
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    pid: int = 0
    rates: list[float] = field(default_factory=list)  # answers a second
    costs: list[float] = field(default_factory=list)  # processor ms a request: web process and PostgreSQL
    in_database: list[float] = field(default_factory=list)  # the part of it that is PostgreSQL's
    delays: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def cost(self) -> float:
        return statistics.median(self.costs)


@contextmanager
def servers(contestants: Sequence[Contestant]) -> Iterator[None]:
    """All of them running and answering."""
    processes = []
    try:
        for contestant in contestants:
            contestant.port = free_port()
            command = [sys.executable, "-m", "uvicorn", contestant.application, "--host", "127.0.0.1"]
            command += [
                "--port",
                str(contestant.port),
                "--lifespan",
                "off",
                "--no-access-log",
                "--log-level",
                "warning",
            ]
            environment = os.environ | {"DJANGO_SETTINGS_MODULE": contestant.settings} | dict(contestant.environment)
            process = subprocess.Popen(command, cwd=Path(__file__).parent.parent, env=environment)
            processes.append(process)
            contestant.pid = process.pid
        for contestant in contestants:
            _wait(contestant)
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _wait(contestant: Contestant) -> None:
    for _ in range(300):
        try:
            warm = drive(contestant.port, contestant.requests, seconds=1.0, connections=8)
        except ConnectionRefusedError:
            time.sleep(0.1)
            continue
        contestant.statuses.update(warm.statuses)
        return
    raise RuntimeError(f"{contestant.name} did not start")


def compete(
    contestants: Sequence[Contestant],
    databases: Databases,
    *,
    rounds: int = ROUNDS,
    seconds: float = ROUND_SECONDS,
    connections: int = CONNECTIONS,
) -> None:
    """The rounds; the order is reversed every second time. PostgreSQL's time counts too.

    Before them the tables are analyzed, as they are once a minute in a database that has lived longer than this one.
    """
    with servers(contestants):
        databases.as_owner("ANALYZE")
        for number in range(rounds):
            for contestant in contestants if number % 2 else reversed(contestants):
                before = [processor_seconds(pid) for pid in (contestant.pid, databases.postgres)]
                outcome = drive(contestant.port, contestant.requests, seconds=seconds, connections=connections)
                web = processor_seconds(contestant.pid) - before[0]
                database = processor_seconds(databases.postgres) - before[1]
                contestant.rates.append(outcome.answered / outcome.seconds)
                contestant.costs.append((web + database) / outcome.answered * 1000)
                contestant.in_database.append(database / outcome.answered * 1000)
                contestant.delays += outcome.delays
                contestant.statuses.update(outcome.statuses)


def refuse_errors(contestant: Contestant, good: frozenset[int]) -> int:
    """How many answers were good. Raises AssertionError when one was not."""
    wrong = {status: count for status, count in contestant.statuses.items() if status not in good}
    assert not wrong, f"{contestant.name} answered {wrong}"
    return sum(contestant.statuses.values())


def table(contestants: Sequence[Contestant]) -> str:
    """The rows of the report, in Markdown."""
    rows = ["| | answers/s, median and spread | processor ms each | of it PostgreSQL | ms p50 / p95 |"]
    rows.append("| --- | --- | --- | --- | --- |")
    for one in contestants:
        cuts = statistics.quantiles(one.delays, n=100)
        rows.append(
            f"| {one.name} | {spread(one.rates)} | {spread(one.costs, 2)} | {statistics.median(one.in_database):.2f}"
            f" | {cuts[49] * 1000:.0f} / {cuts[94] * 1000:.0f} |"
        )
    return "\n".join(rows)
