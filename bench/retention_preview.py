"""`python -m bench.retention_preview`: the next 90 nights of an organization with 1,000,000 texts of one year.

Words are kept for 300 days, so that a third of the texts is over or falls due within the nights, and what-if asks for
90 days, so that three quarters do. BENCH_TEXTS=100000 makes it smaller.
"""

import os
import statistics
import sys
from datetime import timedelta

from bench.databases import own_databases
from bench.results import keep, verdict

TEXTS = int(os.environ.get("BENCH_TEXTS", "1000000"))
ROUNDS = 15
CEILING = 1000.0  # milliseconds of a page
PAGES = {
    "as it is": "/settings/retention/nights/",
    "what if 90 days": "/settings/retention/nights/?kind=bodies&keep=for&number=90&unit=days",
    "before saving 90 days": "/settings/retention/of/bodies/?keep=for&number=90&unit=days",
}


def main() -> int:
    """Measure, check, append. 1 when a page takes longer than a second."""
    with own_databases() as databases:
        from django.db import connection, connections
        from django.utils import timezone

        from accounts.models import Membership
        from bench.history import fill
        from bench.office import make_office
        from bench.pages import browser_of, milliseconds
        from retention.choices import Choices
        from retention.foreseeing import foresee
        from retention.kinds import Kind
        from retention.models import RetentionPolicy
        from tenancy.isolation import activate

        office = make_office("office", "+12125551000")
        owner = Membership.objects.get(organization=office.organization, is_owner=True)
        fill(office.line, owner, TEXTS, databases.superuser_url)
        now = timezone.now()
        with activate(office.organization):
            RetentionPolicy.objects.create(kind="bodies", days=300, set_at=now, starts_at=now - timedelta(days=1))
        with activate(office.organization):
            seen = foresee(Choices.load(), zone="UTC", at=now, kinds=[Kind.BODIES])
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM texting_message WHERE created_at < %s",
                    [seen.nights[-1] - timedelta(days=300)],
                )
                due = cursor.fetchone()[0]
        stay = sum(one.count for lane in seen.forecasts for one in lane.stays)
        assert stay or sum(seen.by_night()) == due, "the preview and a plain count disagree"
        browser = browser_of(owner)
        times: dict[str, list[float]] = {name: [] for name in PAGES}
        for number in range(-2, ROUNDS):
            for name, address in PAGES.items() if number % 2 else reversed(PAGES.items()):
                took = milliseconds(browser, address, b"Retention")
                if number >= 0:
                    times[name].append(took)
        connections.close_all()
    median = {name: statistics.median(found) for name, found in times.items()}
    rows = ["| page | ms p50 | most |", "| --- | --- | --- |"]
    rows += [f"| {name} | {median[name]:.0f} | {max(found):.0f} |" for name, found in times.items()]
    worst = max(median.values())
    report = "\n".join(rows) + (
        f"\n\n{TEXTS:,} texts, of which {due:,} fall due in the 90 nights. The slowest page: **{worst:.0f} ms**"
        f" (at most {CEILING:.0f}: {verdict(worst, CEILING, at_most=True)})."
    )
    keep("retention_preview", report)
    return int(worst > CEILING)


if __name__ == "__main__":
    sys.exit(main())
