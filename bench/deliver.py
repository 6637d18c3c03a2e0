"""`python -m bench.deliver`: queued texts to the provider and back into the database, by one worker.

Ours with everything on: claim, gate, stored decision and attempt, decryption, call, record. Compared with a process
that does nothing but the provider's calls over aiohttp, and with itself when each call takes 50 ms. Every text must be
in the provider's count once, and sent in the database.
"""

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.databases import own_databases
from bench.results import keep, spread, verdict
from config.embedded.stack import free_port

ROUNDS, TEXTS = 5, 500
FLOOR, SLOW_FLOOR = 0.3, 0.6
UNLIMITED = 1_000_000.0  # texts a second: the line's pace is not what is measured


class Worker:
    """One process of `bench.deliver_worker`."""

    def __init__(self, kind: str, argument: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.deliver_worker", kind, argument],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
            env=os.environ | environment,
        )
        self.rates: list[float] = []
        self.costs: list[float] = []
        assert self._line() == "ready"

    def round(self, count: int) -> None:
        """Deliver so many."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        done, seconds, used = self._line().split()
        assert int(done) == count, f"{done} of {count} delivered"
        self.rates.append(count / float(seconds))
        self.costs.append(float(used) / count * 1000)

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)


@contextmanager
def stub(milliseconds: int) -> Iterator[int]:
    """A provider that answers after so many milliseconds; its port."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.stub_provider", str(port), str(milliseconds)], cwd=Path(__file__).parent.parent
    )
    try:
        for _ in range(100):
            try:
                taken(port)
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.kill()
        process.wait()


def taken(port: int) -> int:
    """How many texts the stub took."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/count", timeout=5) as answer:
        return int(json.load(answer)["count"])


def main() -> int:
    """Measure, check, append. 1 when a floor is missed."""
    with own_databases(durable=True), ExitStack() as running:
        from bench.office import make_office
        from bench.queued_texts import Desk

        fast, slow = running.enter_context(stub(0)), running.enter_context(stub(50))
        desks = [
            Desk(make_office(slug, f"+1212555011{at}", pace=UNLIMITED)) for at, slug in enumerate(("fast", "slow"))
        ]
        workers = [
            Worker("ours", str(desk.office.line.pk), TWILIO_BASE_URL=f"http://127.0.0.1:{port}")
            for desk, port in zip(desks, (fast, slow), strict=True)
        ]
        calls = Worker("calls", str(fast))
        calls.round(TEXTS)
        calls.rates.clear()
        for number in range(ROUNDS + 1):
            for worker, desk in zip(workers, desks, strict=True):
                desk.queue(TEXTS)
                worker.round(TEXTS)
            calls.round(TEXTS)
            if number == 0:  # a first round fills caches
                for each in (*workers, calls):
                    each.rates.clear()
                    each.costs.clear()
        total = TEXTS * (ROUNDS + 1)
        assert (taken(fast), taken(slow)) == (2 * total + TEXTS, total), "the provider's count"
        assert all(desk.sent() == total for desk in desks), "sent in the database"
        for each in (*workers, calls):
            each.process.kill()
    ours, waiting = workers
    rows = ["| | texts/s, median and spread | processor ms each (worker) |", "| --- | --- | --- |"]
    rows += [
        f"| {name} | {spread(each.rates)} | {spread(each.costs, 2)} |"
        for name, each in (("ours, provider 0 ms", ours), ("ours, provider 50 ms", waiting), ("only calls", calls))
    ]
    share, slower = ours.rate / calls.rate, waiting.rate / ours.rate
    report = "\n".join(rows) + (
        f"\n\nDelivery: **{share:.2f} ×** the calls alone (floor {FLOOR}, aim 0.6: {verdict(share, FLOOR)}); at 50 ms"
        f" **{slower:.2f} ×** of that (floor {SLOW_FLOOR}, aim 0.75: {verdict(slower, SLOW_FLOOR)})."
    )
    keep("deliver", report)
    return int(share < FLOOR or slower < SLOW_FLOOR)


if __name__ == "__main__":
    sys.exit(main())
