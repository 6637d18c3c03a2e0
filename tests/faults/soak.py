"""`python -m tests.faults.soak --minutes 30`: the whole system under steady load, and the memory of each process.

One turn is what an agent's day is made of: a customer writes (signed webhook), an agent answers in the composer, the
worker hands the answer over, the provider reports twice. First as many turns as the system can do are measured, then
half of that rate is kept up. Memory is what the process really has for itself (PSS). It fails when a process grows
faster than `LIMIT`, with certainty (two standard errors), or when the two books differ in the end.
"""

import argparse
import os
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.databases import own_databases
from bench.processes import megabytes

CUSTOMERS, BROWSERS, MEASURED_SECONDS = 40, 6, 20.0
EVERY = 5.0  # seconds between two looks at the memory
WARM_SHARE = 0.3  # of the time: caches fill, and it does not count
LIMIT = 24.0  # MB an hour that a process may grow: half a gigabyte takes a day, and a worker is renewed sooner


@dataclass
class Load:
    """Agents who answer customers, each turn by turn. `wrong` counts answers that were no success."""

    desk: Any
    running: Any
    done: int = 0
    wrong: int = 0
    places: list[Any] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)

    def begin(self) -> None:
        from tests.faults.crashing_web import browser_of
        from tests.faults.intents import new_number

        self.places = list(self.desk.meet([new_number() for _ in range(CUSTOMERS)]).items())
        self.browser = browser_of(self.desk.member, self.running)

    def turn(self, at: int) -> None:
        """A customer writes and is answered."""
        from tenancy.ids import new_id
        from tests.faults.crashing_web import compose
        from tests.faults.intents import Intent
        from tests.faults.scripted_twilio import ACCOUNT
        from texting.purposes import Purpose

        number, conversation = self.places[at % CUSTOMERS]
        form = {"MessageSid": f"SM{secrets.token_hex(16)}", "AccountSid": ACCOUNT, "From": number, "NumMedia": "0"}
        form |= {"To": self.desk.line.number, "Body": f"Is {at} o'clock free?"}
        heard = self.running.far_end.reporter._send(self.desk.hook(self.running.address), form, "")
        message_id = new_id()
        answered = compose(self.browser, conversation, message_id)
        with self.lock:
            self.done += 1
            self.wrong += (heard != 200) + (answered != 200)
            if answered == 200:
                self.desk.intents.append(Intent(message_id, number, Purpose.REPLY))

    def drive(self, seconds: float, rate: float | None, look: Any = None) -> float:
        """Turns for so long, as fast as possible or at a rate. Returns turns a second."""
        begun, first = time.monotonic(), self.done
        with ThreadPoolExecutor(BROWSERS) as pool:
            waiting: list[Any] = []
            at, next_look = 0, begun
            while (now := time.monotonic()) - begun < seconds:
                waiting = [one for one in waiting if not one.done()]
                if len(waiting) < BROWSERS and (rate is None or at / rate <= now - begun):
                    waiting.append(pool.submit(self.turn, at))
                    at += 1
                else:
                    time.sleep(0.005)
                if look and now >= next_look:
                    look(now - begun)
                    next_look += EVERY
        return (self.done - first) / (time.monotonic() - begun)


@dataclass
class Memory:
    """What one process had, in MB, over time in hours."""

    name: str
    pid: int
    times: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)

    def slope(self) -> tuple[float, float]:
        """MB an hour and its standard error, by least squares, after warming up."""
        first = int(len(self.times) * WARM_SHARE)
        return _slope(self.times[first:], self.sizes[first:])


def _slope(xs: Sequence[float], ys: Sequence[float]) -> tuple[float, float]:
    count = len(xs)
    if count < 4:
        return 0.0, float("inf")
    middle_x, middle_y = sum(xs) / count, sum(ys) / count
    spread = sum((x - middle_x) ** 2 for x in xs)
    slope = sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True)) / spread
    rest = sum((y - middle_y - slope * (x - middle_x)) ** 2 for x, y in zip(xs, ys, strict=True))
    return slope, (rest / (count - 2) / spread) ** 0.5


def run(minutes: float) -> int:
    """1 when something grows without end, or was lost."""
    with own_databases() as databases, tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_POOL"] = "0"
        from tests.faults import moves, oracle
        from tests.faults.intents import open_desk
        from tests.faults.running import system

        moves.keep()
        with system(Path(folder)) as running:
            running.environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
            running.whole()
            desk = open_desk(running.far_end, pace=1000.0)
            desk.hurried = False
            load = Load(desk, running)
            load.begin()
            most = load.drive(MEASURED_SECONDS, None)
            pids = {"web": running.children["web"].pid, "worker": running.children["worker"].pid}
            pids |= {"postgres": databases.postgres, "valkey": databases.valkey}
            memories = [Memory(name, pid) for name, pid in pids.items()]

            def look(at: float) -> None:
                for memory in memories:
                    memory.times.append(at / 3600)
                    memory.sizes.append(megabytes(memory.pid))

            rate = load.drive(minutes * 60, most / 2, look)
            oracle.wait_until_quiet(desk, running.far_end, seconds=60)
            broken = oracle.judge(desk, running.far_end)
    return _report(load, most, rate, memories, broken)


def _report(load: Load, most: float, rate: float, memories: Sequence[Memory], broken: Sequence[str]) -> int:
    print(f"\nat most {most:.1f} turns a second; kept up {rate:.1f}; {load.done} turns, {load.wrong} wrong answers\n")
    print("| process | MB at first | MB at last | MB an hour | limit | |\n| --- | --- | --- | --- | --- | --- |")
    grows = 0
    for memory in memories:
        slope, error = memory.slope()
        too_fast = memory.name in {"web", "worker"} and slope - 2 * error > LIMIT
        grows += too_fast
        first = memory.sizes[int(len(memory.sizes) * WARM_SHARE)]
        word = "GROWS" if too_fast else "holds" if memory.name in {"web", "worker"} else "its caches fill"
        cells = (memory.name, f"{first:.0f}", f"{memory.sizes[-1]:.0f}", f"{slope:.0f} ± {error:.0f}", f"{LIMIT:.0f}")
        print(f"| {' | '.join(cells)} | {word} |")
    print("\n" + ("\n".join(broken[:20]) or "both books agree"))
    return int(bool(grows or broken or load.wrong))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make soak ARGS=...", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="of steady load")
    sys.exit(run(parser.parse_args().minutes))
