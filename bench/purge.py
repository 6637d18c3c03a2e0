"""`python -m bench.purge`: the first purge of an organization with a year of texts, against one raw DELETE of them.

1,000,000 texts of 365 days, of which those older than 30 days are due at once: 335 days in one night, the most that a
purge has to do. While it works, customers text through the webhook at an even pace, and again without it. The raw
DELETE is one statement on the same table with its own foreign keys, as a superuser, under the same traffic, and rolled
back afterwards; a second one is on a copy of the table without foreign keys. BENCH_TEXTS=100000 makes it smaller,
BENCH_ROUNDS=1 has the raw ones run once.

It fails when a text that is due is still there, a text that is not has ended, or a key of an ended day is left.
"""

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg

from bench.contest import Contestant, servers
from bench.databases import own_databases
from bench.load import Connection
from bench.results import keep, verdict

TEXTS = int(os.environ.get("BENCH_TEXTS", "1000000"))
PACE = 25.0  # texts a second that come in meanwhile
QUIET = 20.0  # seconds of traffic without a purge
RAW_ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
UNREADABLE, GONE, SLOWER = 0.01, 0.4, 2.0


class Traffic:
    """Texts at an even pace; each one's delay counts from the moment at which it was to be sent."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self._port, self._requests = port, requests
        self._over = threading.Event()
        self.delays: list[float] = []
        self.statuses: set[int] = set()

    def _drive(self) -> None:
        connection, due = Connection(self._port), time.perf_counter()
        while not self._over.is_set():
            time.sleep(max(0.0, due - time.perf_counter()))
            connection.ask(next(self._requests))
            while (status := connection.hear()) is None:
                pass
            self.statuses.add(status)
            self.delays.append(time.perf_counter() - due)
            due += 1 / PACE
        connection.socket.close()

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._drive)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()
        assert self.statuses <= {200, 204}, f"the webhook answered {self.statuses}"

    @property
    def p99(self) -> float:
        """In milliseconds."""
        return statistics.quantiles(self.delays, n=100)[98] * 1000


def raw_delete(url: str, table: str, organization: object, before: object) -> tuple[float, int]:
    """Seconds and rows of one statement, its foreign keys looked at, rolled back."""
    with psycopg.connect(url) as session:
        session.execute("SET CONSTRAINTS ALL IMMEDIATE")
        begun = time.perf_counter()
        found = session.execute(
            f"DELETE FROM {table} WHERE organization_id = %s AND created_at < %s",  # noqa: S608 - our own names
            [organization, before],
        )
        took = time.perf_counter() - begun
        session.rollback()
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(f"VACUUM {table}")
    return took, found.rowcount


def copy_without_foreign_keys(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as session:
        session.execute("CREATE TABLE bare_texts (LIKE texting_message INCLUDING INDEXES)")
        session.execute("INSERT INTO bare_texts SELECT * FROM texting_message")
        session.execute("VACUUM ANALYZE bare_texts")


class Worker:
    """The process that purges."""

    def __init__(self, organization: object) -> None:
        command = [sys.executable, "-m", "bench.purge_worker", str(organization)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._say("ready")

    def _say(self, expected: str | None = None) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        assert line == expected if expected else line, f"the worker said {line!r}"
        return line

    def does(self, part: str) -> float:
        """Seconds that the part took."""
        assert self._process.stdin is not None
        self._process.stdin.write(part + "\n")
        self._process.stdin.flush()
        return float(self._say())

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def main() -> int:
    """Measure, check, append. 1 when a floor is missed."""
    with own_databases(durable=True) as databases:
        from django.db import connections
        from django.utils import timezone

        from accounts.models import Membership
        from bench.office import make_office
        from bench.old_texts import KEEP, cutoff, fill_old_texts
        from retention.models import PurgeStep, RetentionPolicy
        from tenancy.encryption import keyring
        from tenancy.isolation import activate
        from texting.models import Message

        office = make_office("office", "+12125551000")
        organization, url = office.organization, databases.superuser_url
        owner = Membership.objects.get(organization=organization, is_owner=True)
        due = fill_old_texts(office.line, owner, TEXTS, url)
        now, before = timezone.now(), cutoff()
        with activate(organization):
            RetentionPolicy.objects.create(kind="bodies", days=KEEP, set_at=now, starts_at=now - timedelta(days=1))
            young = Message.objects.filter(created_at__gte=before).count()
        copy_without_foreign_keys(url)
        ours = Contestant("ours", office.texts("a"))
        with servers([ours]):
            quiet, busy, during_raw = (Traffic(ours.port, ours.requests) for _ in range(3))
            with during_raw.running():
                raw, bare = [], []
                for _ in range(RAW_ROUNDS):
                    for table, times in (("texting_message", raw), ("bare_texts", bare)):
                        took, rows = raw_delete(url, table, organization.pk, before)
                        assert rows == due, f"a raw DELETE found {rows} of {due}"
                        times.append(took)
            with quiet.running():
                time.sleep(QUIET)
            worker = Worker(organization.pk)
            with busy.running():
                times = {part: worker.does(part) for part in ("plan", "shred", "end")}
            worker.end()
        with activate(organization):
            ended = Message.objects.exclude(ended_at=None)
            assert ended.filter(created_at__lt=before, body__isnull=True).count() == ended.count() == due, "wrong ones"
            came = len(quiet.delays) + len(busy.delays) + len(during_raw.delays)
            there = Message.objects.filter(ended_at=None, direction="in").count()
            steps = list(PurgeStep.objects.all())
        assert there >= young + came, f"{there} texts are there, {young} and {came} should be"
        assert {step.state for step in steps} == {"verified"}
        assert sum(step.ended["texting.Message"] for step in steps) == due, "the purge counted wrongly"
        keyring.forget_everything()
        gone = {bytes.fromhex(one) for step in steps for one in step.key_ids}
        assert not keyring.refresh(organization.pk, gone), "a key is there"
        connections.close_all()
    times |= {"raw": statistics.median(raw), "bare": statistics.median(bare)}
    return report(due, len(steps), times, (quiet.p99, busy.p99))


def report(due: int, days: int, times: dict[str, float], p99: tuple[float, float]) -> int:
    """Append; whether a floor is missed. `p99`: without a purge and during one."""
    raw, (quiet, busy) = times["raw"], p99
    unreadable, gone, slower = times["shred"] / raw, raw / times["end"], busy / quiet
    rows = ["| | seconds | texts/s |", "| --- | --- | --- |"]
    parts = {
        "one raw DELETE": raw,
        "the same without foreign keys": times["bare"],
        "found due": times["plan"],
        "unreadable": times["shred"],
        "rows ended and verified": times["end"],
    }
    rows += [f"| {name} | {took:.2f} | {due / took:,.0f} |" for name, took in parts.items()]
    keep(
        "purge",
        f"{TEXTS:,} texts, of which {due:,} of {days} days end, {PACE:.0f} come in a second meanwhile; load of the"
        f" machine {os.getloadavg()[0]:.1f}.\n\n" + "\n".join(rows) + f"\n\nUnreadable in **{unreadable:.3f} ×** the"
        f" time of the raw DELETE (at most {UNREADABLE}: {verdict(unreadable, UNREADABLE, at_most=True)}); rows ended"
        f" at **{gone:.2f} ×** its rate (floor {GONE}: {verdict(gone, GONE)}). Texts coming in: p99 {quiet:.0f} ms"
        f" without a purge, {busy:.0f} ms during one: **{slower:.1f} ×** (at most {SLOWER}:"
        f" {verdict(slower, SLOWER, at_most=True)}).",
    )
    return int(unreadable > UNREADABLE or gone < GONE or slower > SLOWER)


if __name__ == "__main__":
    sys.exit(main())
