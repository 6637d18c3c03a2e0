"""`python -m bench.review_checks`: pages of the inbox while all of an organization's history is checked anew.

The worker is a process of its own, as in production. The inbox is asked in turns while the run works and while it is
paused, so both see the same machine. CONVERSATIONS=100000 is the size that counts; a smaller one says so.
"""

import os
import statistics
import subprocess
import sys
import time
from uuid import UUID

import psycopg

from bench.databases import Databases, own_databases
from bench.results import keep, spread, verdict

CONVERSATIONS = int(os.environ.get("CONVERSATIONS", "100000"))
TEXTS_EACH = 10  # of `bench.history`
ROUNDS, PAGES = 4, 25
CEILING = 1.5
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


def main() -> int:
    """Measure, check, append. 1 when the ceiling is exceeded."""
    with own_databases() as databases:
        from accounts.models import Membership
        from bench.history import fill
        from bench.office import make_office
        from bench.pages import browser_of, milliseconds
        from compliance.models import CheckRun
        from compliance.review_checks import running
        from tenancy.isolation import activate

        office = make_office("bench", "+12125550110")
        with activate(office.organization):
            owner = Membership.objects.select_related("organization", "user").get(is_owner=True)
        fill(office.line, owner, CONVERSATIONS * TEXTS_EACH, databases.superuser_url)
        write_words(office.organization.pk, databases)
        with activate(office.organization):
            run = running.begin(member=owner, days=None)
        browser = browser_of(owner)
        times: dict[str, list[float]] = {"paused": [], "running": []}
        pace: list[float] = []
        here = [sys.executable, "-m", "bench.review_checks", "work", str(office.organization.pk), str(run.pk)]
        with subprocess.Popen(here) as worker:
            try:
                for number in range(2 * ROUNDS):
                    kind = ("running", "paused")[number % 2]
                    with activate(office.organization):
                        now = CheckRun.objects.get(pk=run.pk)
                        if kind == "paused":
                            running.pause(member=owner, run=now)
                        elif now.state == CheckRun.State.PAUSED:
                            running.resume(member=owner, run=now)
                        before = CheckRun.objects.get(pk=run.pk).looked_at
                    time.sleep(1.5)  # a batch that is in work ends; the worker notices
                    begun = time.monotonic()
                    for _page in range(PAGES):
                        times[kind].append(milliseconds(browser, "/inbox/rows/?in=open", b"Customer"))
                        time.sleep(0.05)
                    with activate(office.organization):
                        done = CheckRun.objects.get(pk=run.pk).looked_at - before
                    if kind == "running":
                        pace.append(done / (time.monotonic() - begun + 1.5))
                with activate(office.organization):
                    looked_at = CheckRun.objects.get(pk=run.pk).looked_at
            finally:
                worker.terminate()
    ratio = statistics.median(times["running"]) / statistics.median(times["paused"])
    rows = [
        f"{CONVERSATIONS:,} conversations with about 5 texts; {looked_at:,} were checked meanwhile."
        f" Load of the machine {os.getloadavg()[0]:.1f}.",
        "",
        "| first page of the inbox | ms, median and spread |",
        "| --- | --- |",
        *(f"| {name} | {spread(found)} |" for name, found in times.items()),
        "",
        f"Conversations a second: {spread(pace)}.",
        "",
        f"The inbox while it runs: **{ratio:.2f} ×** (at most {CEILING}: {verdict(ratio, CEILING, at_most=True)}).",
    ]
    keep("review_checks", "\n".join(rows))
    return int(ratio > CEILING)


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(*sys.argv[2:4])
    sys.exit(main())
