"""`python -m bench.search`: words among sealed texts, against a full-text index over plain ones without row security.

The same texts on both sides: really sealed and marked here, plain with PostgreSQL's `to_tsvector('simple', ...)` and a
GIN index there. Both are asked for the newest 21; every answer is compared. BENCH_TEXTS=1000000 makes it larger.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from bench.databases import Databases, own_databases
from bench.results import keep, verdict

TEXTS = int(os.environ.get("BENCH_TEXTS", "100000"))
ROUNDS, EACH, PAGE = 8, 10, 21
BATCH = 2_000
CEILING = 2.0
PEER = (
    "CREATE TABLE bench_plain (id uuid PRIMARY KEY, body text NOT NULL,"
    " words tsvector GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED);"
    "CREATE INDEX bench_plain_words ON bench_plain USING gin (words) WITH (fastupdate = off);"
    "GRANT SELECT, INSERT ON bench_plain TO PUBLIC"
)
# What a word of each kind is, by how many of the texts have it.
QUERIES = {
    "in 5 texts": "quicksilver",
    "in 1 of 100": "porcelain",
    "in 1 of 3": "appointment",
    "two words, 1 of 300": "appointment porcelain",
    "in none": "zeppelin",
}


def words(dice: random.Random, number: int) -> str:
    """A text of about ten words out of 20,000, the first ones far more often than the last."""
    said = [f"word{int(20_000 ** dice.random())}" for _ in range(9)]
    said += ["appointment"] if number % 3 == 0 else []
    said += ["porcelain"] if number % 100 == 0 else []
    said += ["quicksilver"] if number % (TEXTS // 5) == 7 else []
    return " ".join(said)


def write(organization: UUID) -> float:
    """Give the texts words, seal and mark them, and store them plain beside. Texts a second on our side alone."""
    from django.db import connection

    from tenancy.bulk_writes import update_rows
    from tenancy.encryption import fetch_current_keys
    from tenancy.isolation import activate
    from texting.models import Message
    from texting.searching.keeping import keep_words

    dice, number, last, spent = random.Random(7), 0, UUID(int=0), 0.0  # noqa: S311 - the same texts in each run
    while True:
        with activate(organization):
            rows = list(Message.objects.filter(pk__gt=last).order_by("pk").select_related("line")[:BATCH])
            for row in rows:
                row.body = words(dice, number)
                number += 1
            began = time.perf_counter()
            fetch_current_keys(rows, make=True)
            update_rows(rows, ["body"])
            keep_words(rows)
            spent += time.perf_counter() - began
            with connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO bench_plain (id, body) VALUES (%s, %s)", [(row.pk, row.body) for row in rows]
                )
        if len(rows) < BATCH:
            return number / spent
        last = rows[-1].pk


def plain(typed: str) -> list[UUID]:
    """The peer's newest."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, body FROM bench_plain WHERE words @@ plainto_tsquery('simple', %s) ORDER BY id DESC LIMIT %s",
            [typed, PAGE],
        )
        return [pk for pk, _ in cursor.fetchall()]


def timed(work: Callable[[], Any]) -> float:
    """Milliseconds of one call, the best guess of `EACH`."""
    took = []
    for _ in range(EACH):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def main() -> int:
    """Measure, check, append. 1 when the ceiling is exceeded."""
    with own_databases() as databases:
        from django.db import connections

        from accounts.models import Membership
        from bench.history import fill
        from bench.office import make_office
        from tenancy.isolation import activate
        from texting.queries.searching import NEWER_THAN_ALL, Wish, _candidates, _keys, find
        from texting.searching.asking import read

        databases.as_owner(PEER)
        office = make_office("bench", "+12125550110")
        member = Membership.objects.get(organization=office.organization)
        fill(office.line, member, TEXTS, databases.superuser_url)
        rate = write(office.organization.pk)
        _vacuum(databases)
        sizes = _sizes(databases.superuser_url)
        times: dict[str, dict[str, list[float]]] = {name: {"marks": [], "gin": [], "page": []} for name in QUERIES}
        for number in range(ROUNDS):
            for name, typed in QUERIES.items():
                wish = Wish(read(typed))
                with activate(office.organization):
                    found = find(member, wish)
                    shown = [hit.id for group in found.groups for hit in group.hits]
                    expected = plain(typed)[: PAGE - 1]
                    assert sorted(shown) == sorted(expected), f"{name}: {len(shown)} and {len(expected)}"
                    asked: list[tuple[str, Callable[[], Any]]] = [
                        ("marks", lambda wish=wish: _candidates(_keys(wish), wish.query, NEWER_THAN_ALL, PAGE)),
                        ("gin", lambda typed=typed: plain(typed)),
                        ("page", lambda wish=wish: find(member, wish)),
                    ]
                    for kind, work in asked if number % 2 else reversed(asked):
                        times[name][kind].append(timed(work))
        connections.close_all()
    return report(times, rate, sizes)


def report(times: dict[str, dict[str, list[float]]], rate: float, sizes: Sequence[int]) -> int:
    """The table and the verdict: the geometric mean of the kinds of words."""
    rows = ["| the word is | marks, ms p50 | GIN, ms p50 | ratio | whole page of results, ms p50 |"]
    rows.append("| --- | --- | --- | --- | --- |")
    ratios = []
    for name, found in times.items():
        marks, gin, page = (statistics.median(found[kind]) for kind in ("marks", "gin", "page"))
        ratios.append(marks / gin)
        rows.append(f"| {name} | {marks:.2f} | {gin:.2f} | {marks / gin:.2f} | {page:.1f} |")
    mean = statistics.geometric_mean(ratios)
    keep(
        "search",
        "\n".join(rows) + f"\n\n{TEXTS:,} texts of 9 to 11 words over a year. Ids of the newest {PAGE}, row security on"
        f" our side only: **{mean:.2f} ×** in the geometric mean (at most {CEILING}, aim 1:"
        f" {verdict(mean, CEILING, at_most=True)}). Marks take {sizes[0] / TEXTS:,.0f} bytes a text with their indexes,"
        f" the peer's column and index {sizes[1] / TEXTS:,.0f}. Sealed and marked: {rate:,.0f} texts a second.",
    )
    return int(mean > CEILING)


def _vacuum(databases: Databases) -> None:
    """Until PostgreSQL says of each page that all see it, which an analysis at that moment prevents: then each mark
    costs a look at its row.
    """
    import psycopg

    for _ in range(20):
        databases.as_owner("VACUUM (ANALYZE, DISABLE_PAGE_SKIPPING)")
        with psycopg.connect(databases.superuser_url) as session:
            found = session.execute(
                "SELECT sum(relpages - relallvisible) FROM pg_class"
                " WHERE relname IN ('texting_textword', 'bench_plain')"
            ).fetchone()
        if found is not None and not found[0]:
            return
        time.sleep(0.5)
    raise AssertionError("pages are not seen by all")


def _sizes(superuser_url: str) -> tuple[int, int]:
    """Bytes of our marks and of the peer's words, each with indexes."""
    import psycopg

    with psycopg.connect(superuser_url) as session:
        found = session.execute(
            "SELECT pg_total_relation_size('texting_textword'),"
            " (SELECT sum(pg_column_size(words)) FROM bench_plain) + pg_relation_size('bench_plain_words')"
        ).fetchone()
    assert found is not None
    return int(found[0]), int(found[1])


if __name__ == "__main__":
    sys.exit(main())
