"""`python -m bench.receipt`: the receipt of one number with a long history, as page, JSON and PDF.

The issue promises a lawyer everything about one number in ten seconds. A number that said START and STOP two thousand
times over five years, with twenty thousand texts and a thousand refusals, is far more than any customer has; each
form of its receipt has half of the promise. `ENTRIES` and `TEXTS` in the environment make the history another.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg

from bench.databases import own_databases
from bench.results import keep, spread, verdict

ENTRIES, TEXTS, REFUSALS = int(os.environ.get("ENTRIES", "2000")), int(os.environ.get("TEXTS", "20000")), 1000
ROUNDS, GOAL = 5, 5.0  # seconds
NUMBER = "+12125550181"

# One text and its decision were made by the product; the others are their copies, spread over the years.
_COPIES = """
WITH made AS (
    SELECT uuidv7() AS decision, uuidv7() AS message, n FROM generate_series(1, %(copies)s) n
), decisions AS (
    INSERT INTO texting_decision SELECT (jsonb_populate_record(d, jsonb_build_object('id', decision,
        'verdict', %(verdict)s::text, 'decided_at', d.decided_at - n * interval '2 hours'))).*
    FROM texting_decision d, made WHERE d.id = %(decision)s
)
INSERT INTO texting_message SELECT (jsonb_populate_record(m, jsonb_build_object('id', message,
    'decision_id', decision, 'created_at', m.created_at - n * interval '2 hours'))).*
FROM texting_message m, made WHERE m.id = %(message)s AND %(verdict)s::text = 'allow'
"""


def fill(office: Any, superuser_url: str) -> None:
    """One customer's five years. The organization must not be active."""
    from django.utils import timezone

    from compliance.ledger import consent
    from compliance.ledger.consent import Evidence
    from compliance.models import ConsentEvent
    from tenancy.isolation import activate
    from texting import sending, threads
    from texting.phone_numbers import parse
    from texting.purposes import Purpose

    now, source = timezone.now(), ConsentEvent.Source.KEYWORD
    with activate(office.organization):
        contact = threads.contact_for(parse(NUMBER))
        consent.give(contact, kind=ConsentEvent.Kind.EXPRESS, evidence=Evidence(source))
        conversation = threads.open_conversation(contact, office.line, at=now)
        text = sending.send_text(conversation=conversation, body="Tomorrow?", author=None, purpose=Purpose.ALERT)
    for begin in range(0, ENTRIES, 100):
        with activate(office.organization):
            for n in range(begin, min(begin + 100, ENTRIES)):
                at = now - timedelta(days=n * 5 * 365 / ENTRIES)
                said = Evidence(source, words="Stop it, please", matched="stop", at=at)
                if n % 2:
                    consent.withdraw(contact, evidence=said)
                else:
                    consent.give(contact, kind=ConsentEvent.Kind.EXPRESS, evidence=said)
    with psycopg.connect(superuser_url, autocommit=True) as session:
        session.execute("SET session_replication_role = replica")
        for verdict_, copies in (("allow", TEXTS), ("refuse", REFUSALS)):
            values = {"copies": copies, "verdict": verdict_, "decision": text.decision_id, "message": text.pk}
            session.execute(_COPIES, values)
        session.execute("VACUUM ANALYZE texting_message, texting_decision, compliance_consentevent")


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def drawn(receipt: Any, organization: Any) -> dict[str, float]:
    """Seconds that each form takes once the receipt is gathered."""
    from django.template.loader import render_to_string

    from compliance.receipts import paper

    def page() -> None:
        for part in ("state", "entries", "texts"):
            render_to_string(f"compliance/_receipt_{part}.html", {"receipt": receipt})

    return {
        "page": seconds(page),
        "JSON": seconds(lambda: paper.as_json(receipt)),
        "PDF": seconds(lambda: paper.as_pdf(receipt, organization)),
    }


def main() -> int:
    """Measure, append. 1 when the goal is missed."""
    with own_databases() as databases:
        from accounts.models import Membership
        from bench.office import make_office
        from compliance.receipts import gathering
        from tenancy.isolation import activate

        office = make_office("bench", "+12125550110")
        fill(office, databases.superuser_url)
        times: dict[str, list[float]] = {"gathered": [], "page": [], "JSON": [], "PDF": []}
        for number in range(ROUNDS + 1):
            with activate(office.organization):
                members = Membership.objects.select_related("user", "organization")
                member = members.get(organization=office.organization)
                begin = time.perf_counter()
                made = gathering.make(member=member, number=NUMBER, reason=gathering.Reason.CHECK, form="json")
                gathered = time.perf_counter() - begin
                found = drawn(made, office.organization)
            if number:  # the first round fills the caches
                times["gathered"].append(gathered)
                for name, taken in found.items():
                    times[name].append(gathered + taken)
    slowest = max(statistics.median(each) for each in times.values())
    history = f"{made.entries_in_all:,} entries, {made.texts_in_all:,} texts, {made.refusals_in_all:,} refusals"
    rows = [f"{history}; load of the machine {os.getloadavg()[0]:.1f}.", "", "| form | seconds, median and spread |"]
    rows += ["| --- | --- |", *(f"| {name} | {spread(each, 2)} |" for name, each in times.items())]
    reached = f"(at most {GOAL}: {verdict(slowest, GOAL, at_most=True)})"
    keep("receipt", "\n".join(rows) + f"\n\nThe slowest: **{slowest:.2f} s** {reached}.")
    return int(slowest > GOAL)


if __name__ == "__main__":
    sys.exit(main())
