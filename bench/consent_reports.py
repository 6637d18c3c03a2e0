"""`python -m bench.consent_reports`: the report on permission over a year of a million entries.

Against the least that any report can do: counting the same rows by what they say, nothing else, in the same database.
The plan is printed, for its index must hold everything that is counted. `ENTRIES=100000` for a smaller ledger.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from uuid import UUID

import psycopg

from bench.databases import own_databases
from bench.results import keep, spread, verdict

ENTRIES = int(os.environ.get("ENTRIES", "1000000"))
ROUNDS, CEILING = 5, 8.0
LAST = date(2026, 11, 25)

_FILL = """
INSERT INTO compliance_consentevent (id, organization_id, number_index, action, kind, scopes, source, channel, act,
    quality, language, words, circumstances, matched, rules_version, program_id, team_id, line_id, recorded_at)
SELECT gen_random_uuid(), %(organization)s, decode(md5((n %% (%(entries)s / 2))::text), 'hex'),
    CASE WHEN n %% 10 = 0 THEN 'withdrawn' ELSE 'given' END, CASE WHEN n %% 10 = 0 THEN '' ELSE 'written' END,
    CASE WHEN n %% 10 = 0 THEN '{}'::text[] ELSE '{marketing}'::text[] END,
    (array['keyword', 'form', 'agent', 'api'])[1 + n %% 4], '', '', '', '', '\\x', '\\x', '', '',
    (array[%(first)s, %(second)s, NULL]::uuid[])[1 + n %% 3], NULL, NULL,
    timestamptz '2025-11-26 00:00Z' + n * (interval '365 days' / %(entries)s)
FROM generate_series(0, %(entries)s - 1) n
"""
_LEAST = """
SELECT action, count(*) FROM compliance_consentevent
WHERE organization_id = %(organization)s AND recorded_at >= %(begin)s AND recorded_at < %(end)s GROUP BY action
"""


def milliseconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begin)


def fill(superuser_url: str, organization: UUID, programs: tuple[UUID, UUID]) -> None:
    """The ledger, evenly over the year; half as many numbers as entries."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        values = {"organization": organization, "entries": ENTRIES, "first": programs[0], "second": programs[1]}
        connection.execute(_FILL, values)
        connection.execute("VACUUM ANALYZE compliance_consentevent")


def main() -> int:
    """Measure, check, append. 1 when the ceiling is exceeded."""
    with own_databases() as databases:
        from django.db import connection
        from django.utils import timezone

        from accounts.models import Membership
        from bench.office import make_office
        from compliance.models import Program
        from compliance.reports import counting
        from compliance.reports.periods import newest
        from tenancy.isolation import activate

        office = make_office("bench", "+12125550110")
        with activate(office.organization):
            owner, at = Membership.objects.get(organization=office.organization), timezone.now()
            first, second = (
                Program.objects.create(name=name, scope="marketing", frequency="Weekly", made_by=owner, made_at=at).pk
                for name in ("Offers", "News")
            )
        fill(databases.superuser_url, office.organization.pk, (first, second))
        year, month = (newest(days, today=LAST, zone="America/New_York") for days in (365, 30))
        values = {"organization": office.organization.pk, "begin": year.begin, "end": year.end} | year.bounds
        times: dict[str, list[float]] = {
            "plain count, year": [],
            "ledger, year": [],
            "ledger, 30 days": [],
            "all, year": [],
        }
        with activate(office.organization), connection.cursor() as cursor:

            def least() -> object:
                cursor.execute(_LEAST, values)
                return cursor.fetchall()

            for number in range(ROUNDS + 1):
                found = (
                    milliseconds(least),
                    milliseconds(lambda: counting.ledger(year)),
                    milliseconds(lambda: counting.ledger(month)),
                    milliseconds(lambda: counting.count(year)),
                )
                for name, each in zip(times, found, strict=True):
                    if number:  # the first round fills the caches
                        times[name].append(each)
            plan = ""
            for statement in (counting.COUNTED, counting.ENDED):
                cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF) {statement}", values)
                plan += "\n".join(row[0] for row in cursor.fetchall()) + "\n"
    ratio = statistics.median(times["ledger, year"]) / statistics.median(times["plain count, year"])
    rows = [f"{ENTRIES:,} entries in a year.", "", "| statement | ms, median and spread |", "| --- | --- |"]
    rows += [f"| {name} | {spread(found)} |" for name, found in times.items()]
    print(plan)
    keep(
        "consent_reports",
        "\n".join(rows) + f"\n\nThe ledger of the year: **{ratio:.1f} ×** the plain count (at most {CEILING:.0f}:"
        f" {verdict(ratio, CEILING, at_most=True)}).",
    )
    return int(ratio > CEILING)


if __name__ == "__main__":
    sys.exit(main())
