"""`python -m bench.inbox`: pages of the inbox while an organization grows from 10,000 to 5,000,000 texts.

Three organizations of these sizes stand in one database, beside 97 small ones, and are asked in turns: the first page,
a page at a random depth, with each filter. BENCH_TEXTS=1000000 makes the greatest one smaller.
"""

import os
import random
import statistics
import sys
from datetime import timedelta

from bench.databases import own_databases
from bench.results import keep, verdict

LARGEST = int(os.environ.get("BENCH_TEXTS", "5000000"))
SIZES = sorted({10_000, min(1_000_000, LARGEST), LARGEST})
SMALL, OTHERS = 500, 97
ROUNDS = 30
KINDS = ("open", "mine", "unassigned", "resolved")
CEILING = 1.3


def main() -> int:
    """Measure, check, append. 1 when the ceiling is exceeded."""
    with own_databases() as databases:
        from django.db import connections
        from django.utils import timezone

        from accounts.founding import add_member
        from accounts.models import User
        from bench.history import fill
        from bench.office import make_office
        from bench.pages import browser_of, milliseconds
        from texting.queries import Cursor

        browsers = {}
        for number, size in enumerate([*SIZES, *[SMALL] * OTHERS]):
            office = make_office(f"office-{number}", f"+1212555{1000 + number}")
            agent = User.objects.create(email=f"agent@office-{number}.example", name="Amelia Okafor")
            member = add_member(organization=office.organization, user=agent, role="supervisor")
            fill(office.line, member, size, databases.superuser_url)
            if number < len(SIZES):
                browsers[size] = browser_of(member)
        times: dict[int, dict[str, list[float]]] = {size: {"first": [], "deep": []} for size in SIZES}
        dice = random.Random(7)  # noqa: S311 - the same pages in each run
        for number in range(-2, ROUNDS):
            for size in SIZES if number % 2 else reversed(SIZES):
                for kind in KINDS:
                    day = timezone.now() - timedelta(seconds=dice.randrange(30 * 86_400))
                    for name, after in (("first", ""), ("deep", f"&after={Cursor.start_of(day)}")):
                        took = milliseconds(browsers[size], f"/inbox/rows/?in={kind}{after}", b"Customer")
                        if number >= 0:
                            times[size][name].append(took)
        connections.close_all()
    rows = ["| texts | first page, ms p50 | at a random depth, ms p50 |", "| --- | --- | --- |"]
    median = {size: {name: statistics.median(found) for name, found in both.items()} for size, both in times.items()}
    rows += [f"| {size:,} | {both['first']:.1f} | {both['deep']:.1f} |" for size, both in median.items()]
    growth = max(median[SIZES[-1]][name] / median[SIZES[0]][name] for name in ("first", "deep"))
    report = "\n".join(rows) + (
        f"\n\nGrowth of the slower one: **{growth:.2f} ×** (at most {CEILING}, aim 1.15:"
        f" {verdict(growth, CEILING, at_most=True)})."
    )
    keep("inbox", report)
    return int(growth > CEILING)


if __name__ == "__main__":
    sys.exit(main())
