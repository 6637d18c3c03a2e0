"""`python -m bench.security`: what protection adds to the processor time of a text coming in.

The same webhook in three web processes: everything on; without encryption; and without signature, encryption, row
security, screening and audit log. All of them keep a text once and hear STOP. What is off is off in the bench's own
settings (`bench.unprotected`), which the product does not know. Every answer and the number of texts are checked.
"""

import sys

from bench.contest import Contestant, compete, refuse_errors, table
from bench.databases import own_databases
from bench.results import keep, verdict
from bench.unprotected import PLAIN_HEAD

DEAREST = 1.5


def main() -> int:
    """Measure, check, append. 1 when the ceiling is exceeded."""
    with own_databases(durable=True) as databases:
        from bench.office import make_office
        from tenancy.isolation import activate
        from texting.models import Message

        offices = [make_office(f"bench-{at}", f"+1212555011{at}") for at in range(3)]
        ours, unsealed, bare = (
            Contestant("everything on", offices[0].texts("a")),
            Contestant("without encryption", offices[1].texts("b"), settings="bench.unprotected_settings"),
            Contestant(
                "unprotected",
                offices[2].texts("c"),
                settings="bench.unprotected_settings",
                environment={"DATABASE_URL": databases.superuser_url, "BENCH_UNPROTECTED": "all"},
            ),
        )
        contestants = [ours, unsealed, bare]
        compete(contestants, databases)
        for office, contestant in zip(offices, contestants, strict=True):
            with activate(office.organization):
                kept = Message.objects.filter(direction="in").count()
                plain = _stored_plain()
            assert kept == refuse_errors(contestant, frozenset({200, 204})), f"{contestant.name}: {kept} texts stored"
            assert plain == (0 if contestant is ours else kept), f"{contestant.name}: {plain} of {kept} texts unsealed"
    share = ours.cost / bare.cost
    keep(
        "security",
        f"{table(contestants)}\n\nProcessor time of a text with everything on: **{share:.2f} ×** of one with none of it"
        f" (at most {DEAREST}, aim 1.35: {verdict(share, DEAREST, at_most=True)}); encryption alone"
        f" {ours.cost / unsealed.cost:.2f} ×.",
    )
    return int(share > DEAREST)


def _stored_plain() -> int:
    """How many texts of the active organization are stored as they are: what is switched off has to be off."""
    from django.db import connection

    with connection.cursor() as cursor:
        sql = "SELECT count(*) FROM texting_message WHERE direction = 'in' AND substring(body FROM 1 FOR 10) = %s"
        cursor.execute(sql, [PLAIN_HEAD])
        row: tuple[int] = cursor.fetchone()
    return row[0]


if __name__ == "__main__":
    sys.exit(main())
