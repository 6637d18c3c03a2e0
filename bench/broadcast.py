"""`python -m bench.broadcast`: an announcement to RECIPIENTS (100,000) customers, checked and queued by one worker.

Everything on: permission, opt-outs, limits, hours, stored decision, sealed words, outbox, live events, audit. The pace
of the line does not bound it, so what is measured is the way through the gate. Two figures compare it with COPY:

- *texts*: recipients a second with COPY of the rows of texts alone, into an empty table with the same indexes. That is
  one row of the some twenty that each recipient leaves, without foreign keys; the goal is judged by this one.
- *like for like*: all rows that the announcement left (the text, its decision, its entry in the outbox, the event in
  the log, its marks for the search, the conversation and the recipient as they were written anew, ...), counted in the
  database, a second through the gate, with COPY of exactly those rows (`bench.left_rows`) with their indexes, checks
  and foreign keys.

And the first page of the inbox is asked in short turns while the worker works and while it is stopped (SIGSTOP), each
first in every other pair.
"""

import os
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from bench.databases import Databases, own_databases
from bench.left_rows import Copied, copied_since, now
from bench.processes import processor_seconds, scheduled
from bench.results import keep, spread, verdict

RECIPIENTS = int(os.environ.get("RECIPIENTS", "100000"))
PAIRS, PAGES = 8, 10
FLOOR, CEILING = 0.2, 1.5
TOGETHER = 2_000
WORDS = "We are closed on Friday for staff training. Back on Monday at 8."
INBOX = "/inbox/rows/?in=open"
NAME = "bench announcing"  # of the worker's sessions


def work(organization_id: str, announcement_id: str) -> None:
    """The worker's process: turns at the announcement for as long as it lives."""
    import django

    from config import collecting

    with collecting.paused():  # as a worker of the product does
        django.setup()
        from texting.announcements import working

    while True:
        working.work(UUID(organization_id), UUID(announcement_id))
        time.sleep(0.05)


@dataclass
class Run:
    """One announcement, seen from outside. `times`: milliseconds of a page of the inbox, by what the worker did."""

    organization: Any
    row: Any
    times: dict[str, list[float]] = field(default_factory=lambda: {"running": [], "stopped": []})
    ratios: list[float] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many recipients are in which state."""
        from django.db.models import Count

        from tenancy.isolation import activate
        from texting.models import AnnouncementRecipient

        with activate(self.organization):
            rows = AnnouncementRecipient.objects.filter(announcement=self.row).order_by().values_list("state")
            return dict(rows.annotate(Count("id")))

    def until(self, state: str, seconds: float) -> None:
        """Wait until all of them are in a state. Raises TimeoutError."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            if self.counts().get(state, 0) == RECIPIENTS:
                return
            time.sleep(0.25)
        raise TimeoutError(f"not all are {state}: {self.counts()}")

    def turns(self, browser: Any, worker: "subprocess.Popen[bytes]") -> float:
        """Pages of the inbox with the worker and without it, in turns; how long it was stopped."""
        from bench.pages import milliseconds

        stopped = 0.0
        for number in range(PAIRS):
            middles = {}
            for kind in ("running", "stopped") if number % 2 else ("stopped", "running"):
                if kind == "stopped":
                    worker.send_signal(signal.SIGSTOP)
                since = time.monotonic()
                for _page in range(PAGES):
                    self.times[kind].append(milliseconds(browser, INBOX, b"href="))
                    time.sleep(0.02)
                middles[kind] = statistics.median(self.times[kind][-PAGES:])
                if kind == "stopped":
                    worker.send_signal(signal.SIGCONT)
                    stopped += time.monotonic() - since
            self.ratios.append(middles["running"] / middles["stopped"])
        return stopped


def written(office: Any, databases: Databases) -> tuple[Any, Any]:
    """The customers, and an announcement to all of them that is being checked; its author, and it."""
    from accounts.models import Membership
    from bench.queued_texts import Desk
    from tenancy.isolation import activate
    from texting.announcements import rules, running, writing
    from texting.announcements.audiences import Audience
    from texting.announcements.writing import Written
    from texting.purposes import Purpose

    desk = Desk(office)
    for count in range(TOGETHER, RECIPIENTS + TOGETHER, TOGETHER):
        with activate(office.organization):
            desk.meet(min(count, RECIPIENTS))
    databases.as_owner("VACUUM ANALYZE")
    with activate(office.organization):
        owner = Membership.objects.select_related("organization", "user").get(is_owner=True)
        rules.set_most_alone(member=owner, people=rules.MOST)
        told = Written("Closed", office.line, Purpose.ALERT, Audience(), WORDS)
        row = writing.write(member=owner, written=told)
        running.check(member=owner, row=row)
    return owner, row


def copied(databases: Databases, count: int) -> float:
    """Rows a second of COPY, of the texts that were queued, into a table with the same columns and indexes."""
    with psycopg.connect(databases.superuser_url, autocommit=True) as session:
        with session.cursor().copy("COPY (SELECT * FROM texting_message WHERE direction = 'out') TO STDOUT") as copy:
            rows = b"".join(bytes(part) for part in copy)
        rates = []
        for _round in range(3):
            session.execute("CREATE TABLE bench_copy (LIKE texting_message INCLUDING ALL)")
            begun = time.monotonic()
            with session.cursor().copy("COPY bench_copy FROM STDIN") as copy:
                copy.write(rows)
            rates.append(count / (time.monotonic() - begun))
            found = session.execute("SELECT count(*) FROM bench_copy").fetchone()
            assert found == (count,), f"{found} rows copied of {count}"
            session.execute("DROP TABLE bench_copy")
    return statistics.median(rates)


@dataclass(frozen=True)
class Clock:
    """Where the time of the worker and of its sessions of PostgreSQL has gone until now, in seconds."""

    worker: tuple[float, float]
    database: tuple[float, float]

    @classmethod
    def of(cls, databases: Databases, worker: int) -> "Clock":
        """As /proc has it: with a processor, and waiting for one."""
        with psycopg.connect(databases.superuser_url, autocommit=True) as session:
            rows = session.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [NAME]).fetchall()
        return cls(scheduled(worker), scheduled(*(pid for (pid,) in rows)))

    def shares(self, before: "Clock", seconds: float) -> str:
        """What of so many seconds was spent how since then."""
        mine, theirs = (
            [now - then for now, then in zip(*one, strict=True)]
            for one in ((self.worker, before.worker), (self.database, before.database))
        )
        waited = mine[1] + theirs[1]
        rest = seconds - mine[0] - theirs[0] - waited
        parts = {"the worker": mine[0], "PostgreSQL for it": theirs[0], "waiting for a processor": waited}
        said = ", ".join(f"{name} {spent / seconds:.0%}" for name, spent in parts.items())
        return f"Of the clock: {said}, the disk and all else {max(rest, 0) / seconds:.0%}."


def main() -> int:
    """Measure, check, append. 1 when a goal is missed."""
    with own_databases(durable=True) as databases:
        from bench.office import make_office
        from bench.pages import browser_of, milliseconds
        from tenancy.isolation import activate
        from texting.announcements import running
        from texting.models import Message

        office = make_office("bench", "+12125550110", pace=1_000_000.0)
        owner, row = written(office, databases)
        browser, run = browser_of(owner), Run(office.organization, row)
        for _page in range(3):  # a process' first page loads much that the later ones have
            milliseconds(browser, INBOX, b"href=")
        here = [sys.executable, "-m", "bench.broadcast", "work", str(office.organization.pk), str(row.pk)]
        load, first = os.getloadavg()[0], time.monotonic()
        with subprocess.Popen(here, env=os.environ | {"PGAPPNAME": NAME}) as worker:
            try:
                run.until("ready", RECIPIENTS / 5)
                looked = time.monotonic() - first
                used = [processor_seconds(worker.pid)]
                while True:
                    with activate(office.organization):
                        row.refresh_from_db()
                        if row.state == "checked":
                            moment = now(databases.superuser_url)
                            running.start(member=owner, row=row)
                            break
                    time.sleep(0.1)
                begun, before = time.monotonic(), Clock.of(databases, worker.pid)
                stopped = run.turns(browser, worker)
                run.until("queued", RECIPIENTS / 5)
                queued = time.monotonic() - begun - stopped
                used.append(processor_seconds(worker.pid) - used[0])
                shares = Clock.of(databases, worker.pid).shares(before, queued)
            finally:
                worker.send_signal(signal.SIGCONT)
                worker.terminate()
        with activate(office.organization):
            texts = Message.objects.filter(announcement=row)
            whom = texts.values("contact").distinct().count()
            assert texts.count() == whom == RECIPIENTS, f"{texts.count()} texts to {whom} of {RECIPIENTS}"
        copy = copied(databases, RECIPIENTS), copied_since(databases.superuser_url, moment)
    return report(run, (looked, queued), used, copy, (load, shares))


def report(
    run: Run, seconds: tuple[float, float], used: list[float], copies: tuple[float, Copied], said: tuple[float, str]
) -> int:
    """Append what was measured. `copies`: texts a second, and all that was left. 1 when something was missed."""
    copy, left = copies
    (looked, queued), (load, shares) = seconds, said
    pace, ratio = RECIPIENTS / queued, statistics.median(run.ratios)
    each = [one / RECIPIENTS * 1000 for one in used]
    share, after = pace / copy, os.getloadavg()[0]
    inbox, texts = verdict(ratio, CEILING, at_most=True), verdict(share, FLOOR)
    rows = [
        f"{RECIPIENTS:,} recipients, each with one text. Load of the machine {load:.1f} before, {after:.1f} after.",
        "",
        "| | recipients a second | processor ms each (worker) |",
        "| --- | --- | --- |",
        f"| looked at (the check, and the worker's start) | {RECIPIENTS / looked:,.0f} | {each[0]:.1f} |",
        f"| through the gate into the outbox | {pace:,.0f} | {each[1]:.1f} |",
        f"| COPY of the rows of texts alone, same indexes | {copy:,.0f} | |",
        "",
        f"Texts through the gate: **{share:.3f} ×** COPY of texts alone (at least {FLOOR}: {texts}). {shares}",
        "",
        *alike(left, queued),
        "",
        "| first page of the inbox | ms, median and spread |",
        "| --- | --- |",
        f"| the worker works | {spread(run.times['running'])} |",
        f"| the worker is stopped | {spread(run.times['stopped'])} |",
        "",
        f"The inbox while it runs: **{ratio:.2f} ×** (at most {CEILING}: {inbox}); pairs {spread(run.ratios, 2)}.",
    ]
    keep("broadcast", "\n".join(rows))
    return int(pace / copy < FLOOR or ratio > CEILING)


def alike(left: Copied, seconds: float) -> list[str]:
    """All rows that were left in so many seconds, beside COPY of the same."""
    gate = left.total / seconds
    share = gate / left.a_second
    most = sorted(left.rows.items(), key=lambda one: -one[1])
    parts = ", ".join(f"{name} {rows / RECIPIENTS:.1f}" for name, rows in most if rows * 10 > RECIPIENTS)
    return [
        f"Like for like: {left.total:,} rows, {left.total / RECIPIENTS:.1f} for each recipient ({parts}).",
        "",
        "| all rows that it left | rows a second |",
        "| --- | --- |",
        f"| through the gate | {gate:,.0f} |",
        f"| COPY of exactly these, with indexes, checks and foreign keys | {left.a_second:,.0f} |",
        "",
        f"All rows through the gate: **{share:.3f} ×** COPY of the same ({FLOOR}: {verdict(share, FLOOR)}).",
    ]


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(*sys.argv[2:4])
    sys.exit(main())
