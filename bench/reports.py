"""`python -m bench.reports`: the sheets of the daily work over a year of texts, from counts and from rows.

`TEXTS=1000000` for a large year (100,000 without). A customer's text, an answer and a resolution make a conversation.
"""

import os
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial

import psycopg

from bench.databases import own_databases
from bench.results import keep, verdict

TEXTS = int(os.environ.get("TEXTS", "100000"))
CEILING = 2000.0  # milliseconds
LAST = date(2026, 11, 20)

_FILL = """
CREATE TEMP TABLE made AS SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS person,
    timestamptz '2025-11-21 13:00Z' + (n * interval '364 days' / %(conversations)s) AS at
    FROM generate_series(0, %(conversations)s - 1) n;
INSERT INTO texting_conversation (id, organization_id, contact_id, line_id, status, opened_at, resolved_at,
    last_activity_at, last_inbound_at, unread, preview_is_ours, preview_media)
SELECT id, %(organization)s, person, %(line)s, 'resolved', at, at + interval '3 hours', at, at, 0, true, '' FROM made;
INSERT INTO texting_message (id, organization_id, conversation_id, contact_id, line_id, direction, purpose, body,
    author_id, status, error_kind, provider_code, our_number, media_count, media_kind, segments, unicode_extra,
    price_micros, outside_hours, created_at, sent_at, attention, was_permitted, settlement, ended_as,
    decision_id, decision_verdict)
SELECT gen_random_uuid(), %(organization)s, id, person, %(line)s, CASE WHEN k %% 2 = 0 THEN 'in' ELSE 'out' END,
    CASE WHEN k %% 2 = 0 THEN '' ELSE 'reply' END, '\\x00', CASE WHEN k %% 2 = 1 THEN %(member)s::uuid END,
    CASE WHEN k %% 2 = 0 THEN 'received' WHEN n %% 50 = 0 THEN 'undelivered' ELSE 'delivered' END, '', '', '', 0, '',
    1 + n %% 2, 0, 8000, '', at + k * interval '7 minutes', CASE WHEN k %% 2 = 1 THEN at + k * interval '7 minutes' END,
    '', false, '', '', CASE WHEN k %% 2 = 1 THEN gen_random_uuid() END, CASE WHEN k %% 2 = 1 THEN 'allow' END
FROM made CROSS JOIN generate_series(0, 3) k;
INSERT INTO texting_turn (id, organization_id, conversation_id, contact_id, kind, actor_id, through, created_at)
SELECT gen_random_uuid(), %(organization)s, id, person, 'resolved', %(member)s, '', at + interval '3 hours' FROM made;
"""


def milliseconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begin)


def fill(superuser_url: str, values: dict[str, object]) -> None:
    """Four texts in each conversation, evenly over a year."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in _FILL.split(";\n"):
            if statement.strip():
                connection.execute(statement, values if "%(" in statement else None)
        for table in ("texting_message", "texting_conversation", "texting_turn"):
            connection.execute(f"VACUUM ANALYZE {table}")


def main() -> int:
    """Measure, append. 1 when a sheet of the year takes longer than the ceiling."""
    with own_databases() as databases:
        from accounts.models import Membership
        from bench.office import make_office
        from compliance.reports.periods import newest
        from compliance.views.work_report import SHEETS
        from compliance.work.keeping import count_days
        from compliance.work.sheets.sheet import Asked
        from compliance.work.whose import offered
        from tenancy.isolation import activate
        from texting.models import Line

        office = make_office("bench", "+12125550110")
        with activate(office.organization):
            owner, line = Membership.objects.get(organization=office.organization), Line.objects.first()
            assert line is not None
            values = {"organization": office.organization.pk, "line": line.pk, "member": owner.pk}
        fill(databases.superuser_url, values | {"conversations": TEXTS // 4})
        year = newest(365, today=LAST, zone=office.organization.time_zone)
        times: dict[str, dict[str, float]] = {"rows": {}, "counts": {}}
        counting = 0.0
        for source, found in times.items():
            if source == "counts":
                more = 1
                while more:
                    begin = time.perf_counter()
                    with activate(office.organization):
                        more = count_days()
                    counting += 1000 * (time.perf_counter() - begin)
            with activate(office.organization):
                for name, sheet in SHEETS.items():
                    asked = Asked(owner, year, year.before, offered(owner))
                    found[name] = min(milliseconds(partial(sheet, asked)) for _ in range(2))
        rows = [f"{TEXTS:,} texts in a year; counting them took {counting:,.0f} ms.", ""]
        rows += ["| sheet of the year | from counts, ms | from rows, ms |", "| --- | --- | --- |"]
        rows += [f"| {name} | {times['counts'][name]:,.0f} | {times['rows'][name]:,.0f} |" for name in SHEETS]
        worst = max(times["counts"].values())
        said = verdict(worst, CEILING, at_most=True)
        keep("reports", "\n".join(rows) + f"\n\nThe slowest from counts: **{worst:,.0f} ms** (at most 2,000: {said}).")
    return int(worst > CEILING)


if __name__ == "__main__":
    sys.exit(main())
