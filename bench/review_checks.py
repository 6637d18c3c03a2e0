"""`python -m bench.review_checks`: pages of the inbox while all of an organization's history is checked anew.

The worker is a process of its own, as in production. The inbox is asked in short turns while the run works and while
it is paused, each first in every other pair. What counts is the middle of the pairs' ratios, so that other work on the
machine is seen by both. Then the run goes on to its end, with a page of the inbox each second: all of the history has
to be done within MINUTES (60), else that is missed. CONVERSATIONS=100000 is the size that counts; smaller ones say so.
"""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from bench.databases import Databases, own_databases
from bench.results import keep, spread, verdict

CONVERSATIONS = int(os.environ.get("CONVERSATIONS", "100000"))
TEXTS_EACH = 10  # of `bench.history`
ROUNDS, PAGES = 12, 10
CEILING = 1.5
MINUTES = float(os.environ.get("MINUTES", "60"))
_WORDS = (
    "Can you move my appointment to Friday at 3?",
    "ok thanks, see you then",
    "Harbor Dental: yes, Friday at 3 is free. Reply STOP to opt out.",
    "Is parking free in front of the house?",
)
_OURS = """
UPDATE texting_message SET direction = 'out', purpose = 'reply', status = 'delivered', sent_at = created_at,
    decision_id = gen_random_uuid(), decision_verdict = 'allow'
WHERE id IN (SELECT DISTINCT ON (conversation_id) id FROM texting_message
    WHERE organization_id = %(organization)s ORDER BY conversation_id, created_at)
"""


def work(organization_id: str, run_id: str) -> None:
    """The worker's process: turns at the run for as long as it lives."""
    import django

    django.setup()
    from compliance.review_checks import working

    while True:
        working.work(UUID(organization_id), UUID(run_id))
        time.sleep(0.2)


def write_words(organization_id: UUID, databases: Databases) -> None:
    """Real sealed words in every text, the first of each conversation ours."""
    from tenancy.bulk_writes import update_rows
    from tenancy.encryption import fetch_current_keys
    from tenancy.isolation import activate
    from texting.models import Message

    with psycopg.connect(databases.superuser_url, autocommit=True) as session:
        session.execute("SET session_replication_role = replica")
        session.execute("DELETE FROM texting_message WHERE get_byte(uuid_send(id), 15) %% 2 = 0", {})
        session.execute(_OURS, {"organization": organization_id})
    after = None
    while True:
        with activate(organization_id):
            rows = Message.objects.order_by("id").only("id", "organization", "contact", "created_at", "direction")
            part = list((rows.filter(pk__gt=after) if after else rows)[:2000])
            if not part:
                break
            for number, row in enumerate(part):
                row.body = _WORDS[2] if row.direction == "out" else _WORDS[number % len(_WORDS)]
            fetch_current_keys(part, make=True)
            update_rows(part, ["body"])
            after = part[-1].pk
    with psycopg.connect(databases.superuser_url, autocommit=True) as session:
        session.execute("VACUUM (ANALYZE) texting_message")


@dataclass
class Watch:
    """One run over an organization's history, seen from the inbox. `times`: milliseconds of a page, by what went on."""

    owner: Any
    run: Any
    times: dict[str, list[float]] = field(default_factory=lambda: {"paused": [], "running": [], "until the end": []})
    pace: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    left: int = 0
    seconds: float = 0.0

    def now(self) -> Any:
        """The run as it is."""
        from tenancy.isolation import activate

        with activate(self.owner.organization):
            self.run.refresh_from_db()
        return self.run

    @property
    def is_done(self) -> bool:
        return bool(self.now().state == "done")

    def until_begun(self) -> None:
        """Until the worker has done something. Raises TimeoutError."""
        for _try in range(120):
            if self.now().looked_at:
                return
            time.sleep(0.5)
        raise TimeoutError("the worker does nothing")

    def move(self, kind: str) -> None:
        """Pause the run, or let it go on; nothing where that is so already."""
        from compliance.review_checks import running
        from tenancy.isolation import activate

        state = self.now().state
        with activate(self.owner.organization):
            if kind == "paused" and state == "running":
                running.pause(member=self.owner, run=self.run)
            elif kind != "paused" and state == "paused":
                running.resume(member=self.owner, run=self.run)

    def page(self, browser: Any, kind: str) -> None:
        """Ask the inbox once."""
        from bench.pages import milliseconds

        self.times[kind].append(milliseconds(browser, "/inbox/rows/?in=open", b"Customer"))

    def turns(self, browser: Any) -> None:
        """Running and paused in turns; fewer when the run ends meanwhile."""
        for number in range(ROUNDS):
            kinds = ("running", "paused") if number % 2 else ("paused", "running")
            middles = {kind: self.turn(browser, kind) for kind in kinds}
            if self.is_done:
                return
            self.ratios.append(middles["running"] / middles["paused"])

    def turn(self, browser: Any, kind: str) -> float:
        """Some pages; the middle of their milliseconds."""
        self.move(kind)
        time.sleep(1.0)  # a batch that is in work ends; the worker notices
        before, since = self.now().looked_at, time.monotonic()
        for _page in range(PAGES):
            self.page(browser, kind)
            time.sleep(0.05)
        if kind == "running":
            self.pace.append((self.now().looked_at - before) / (time.monotonic() - since))
        return statistics.median(self.times[kind][-PAGES:])

    def to_the_end(self, browser: Any) -> None:
        """What is left, with a page a second."""
        self.move("running")
        begun, now = time.monotonic(), self.now()
        self.left = now.conversations - now.looked_at
        while not self.is_done and time.monotonic() - begun < MINUTES * 60:
            self.page(browser, "until the end")
            time.sleep(1)
        self.seconds = time.monotonic() - begun


def main() -> int:
    """Measure, check, append. 1 when the ceiling is exceeded, or history was not done in time."""
    with own_databases() as databases:
        from accounts.models import Membership
        from bench.history import fill
        from bench.office import make_office
        from bench.pages import browser_of, milliseconds
        from compliance.review_checks import running
        from tenancy.isolation import activate

        office = make_office("bench", "+12125550110")
        with activate(office.organization):
            owner = Membership.objects.select_related("organization", "user").get(is_owner=True)
        fill(office.line, owner, CONVERSATIONS * TEXTS_EACH, databases.superuser_url)
        write_words(office.organization.pk, databases)
        with activate(office.organization):
            watch = Watch(owner, running.begin(member=owner, days=None))
        browser = browser_of(owner)
        for _page in range(3):  # a process' first page loads much that the later ones have
            milliseconds(browser, "/inbox/rows/?in=open", b"Customer")
        here = [sys.executable, "-m", "bench.review_checks", "work", str(office.organization.pk), str(watch.run.pk)]
        with subprocess.Popen(here) as worker:
            try:
                watch.until_begun()
                watch.turns(browser)
                watch.to_the_end(browser)
                run = watch.now()
            finally:
                worker.terminate()
    return report(watch, run)


def quantile(found: list[float]) -> float:
    """Of 95 in 100."""
    return statistics.quantiles(found, n=20)[-1]


def report(watch: Watch, run: Any) -> int:
    """Append what was measured. 1 when something was missed."""
    whole = run.state == "done" and run.looked_at == run.conversations
    pooled = statistics.median(watch.times["running"]) / statistics.median(watch.times["paused"])
    ratio = statistics.median(watch.ratios) if watch.ratios else pooled
    pace = spread(watch.pace) if watch.pace else "not told"
    rows = [
        f"{CONVERSATIONS:,} conversations with about 5 texts; {run.looked_at:,} of {run.conversations:,} were checked."
        f" Load of the machine {os.getloadavg()[0]:.1f}.",
        "",
        "| first page of the inbox | ms, median and spread |",
        "| --- | --- |",
        *(f"| {name} | {spread(found)} |" for name, found in watch.times.items() if found),
        "",
        f"95 of 100 pages took at most {quantile(watch.times['running']):,.0f} ms running, "
        f"{quantile(watch.times['paused']):,.0f} ms paused.",
        "",
        f"Conversations a second: {pace} in turns; {watch.left:,} to the end in {watch.seconds:,.0f} s.",
        "",
        f"All of the history within {MINUTES:,.0f} minutes: **{'yes' if whole else 'NO'}**.",
        "",
        f"Pairs of turns: {spread(watch.ratios, 2) if watch.ratios else 'none'}; all pages together {pooled:.2f}.",
        "",
        f"The inbox while it runs: **{ratio:.2f} ×** (at most {CEILING}: {verdict(ratio, CEILING, at_most=True)}).",
    ]
    keep("review_checks", "\n".join(rows))
    return int(ratio > CEILING or not whole)


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(*sys.argv[2:4])
    sys.exit(main())
