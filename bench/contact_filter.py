"""`python -m bench.contact_filter`: contacts by what stands in their sealed fields.

BENCH_CONTACTS (50,000) contacts with a text, a day and a yes-or-no each, sealed as in the product. Measured are a page
of the list and everybody who fits, as an announcement asks. Both open values; a page looks at 5,000 contacts at most.
Beside a page's time stands its processor time (of this process), which says more while other programs are at work.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from bench.databases import own_databases
from bench.results import keep, verdict

CONTACTS = int(os.environ.get("BENCH_CONTACTS", "50000"))
ROUNDS = 5
CEILING = 1_000.0  # milliseconds of a page at its worst
BATCH = 1_000


def fill(organization: Any, member: Any) -> dict[str, Any]:
    """The contacts and their fields, by the fields' names."""
    from django.utils import timezone

    from bench.office import customer
    from tenancy.encryption import blind_index, fetch_current_keys
    from tenancy.isolation import activate
    from texting.fields.defining import add_field
    from texting.fields.kinds import Kind
    from texting.models import Contact, FieldValue
    from texting.models.contact import NUMBER_INDEX

    dice = random.Random(7)  # noqa: S311 - the same in each run
    with activate(organization):
        kinds = {"policy": Kind.TEXT, "renewal": Kind.DATE, "texts": Kind.YES_NO}
        fields = {name: add_field(member=member, name=name, kind=kind) for name, kind in kinds.items()}
    for first in range(0, CONTACTS, BATCH):
        with activate(organization):
            contacts = []
            for number in range(first, min(CONTACTS, first + BATCH)):
                phone = customer(number)
                contact = Contact(name=f"Customer {number}", number=phone, number_masked=f"•• {phone[-4:]}")
                contact.number_index = blind_index(NUMBER_INDEX, phone)
                contacts.append(contact)
            fetch_current_keys(contacts, make=True)
            Contact.objects.bulk_create(contacts)
            values = []
            for at, contact in enumerate(contacts, start=first):
                said = {
                    "policy": f"P-{at}",
                    "renewal": (date(2027, 1, 1) + timedelta(dice.randrange(365))).isoformat(),
                    "texts": dice.choice(["yes", "no"]),
                }
                values += [
                    FieldValue(field=fields[name], contact=contact, value=text, changed_at=timezone.now())
                    for name, text in said.items()
                ]
            FieldValue.objects.bulk_create(values)
    return fields


def timed(work: Callable[[], Any]) -> tuple[float, float, int]:
    """Milliseconds and those of the processor, with no key at hand, and how many were found."""
    from tenancy.encryption import keyring

    keyring.forget_everything()
    began, busy = time.perf_counter(), time.process_time()
    found = work()
    return (time.perf_counter() - began) * 1000, (time.process_time() - busy) * 1000, found


def main() -> int:
    """Measure, check, append. 1 when a page is slower than the ceiling."""
    with own_databases() as databases:
        from django.db import connections

        from accounts.models import Membership
        from bench.office import make_office
        from tenancy.isolation import activate
        from texting.filtering.conditions import Ask, Condition, Filter
        from texting.filtering.looking import contacts_page, ids_of
        from texting.models import Contact

        office = make_office("bench", "+12125550110")
        member = Membership.objects.get(organization=office.organization)
        fields = fill(office.organization, member)
        databases.as_owner("VACUUM ANALYZE")
        asked = {
            "one in two": [("texts", Ask.IS, "yes")],
            "one in twelve": [("renewal", Ask.BEFORE, "2027-02-01")],
            "the newest one": [("policy", Ask.IS, f"P-{CONTACTS - 1}")],
            "nobody": [("policy", Ask.IS, "none")],
            "three fields, nobody": [
                ("policy", Ask.CONTAINS, "x"),
                ("renewal", Ask.AFTER, "2027-06-30"),
                ("texts", Ask.IS_NOT, "no"),
            ],
            "the same, the widest first": [
                ("texts", Ask.IS_NOT, "no"),
                ("renewal", Ask.AFTER, "2027-06-30"),
                ("policy", Ask.CONTAINS, "x"),
            ],
        }
        rows = ["| who fits | page, ms | of the processor | everybody, ms | found |", "| --- | --- | --- | --- | --- |"]
        worst = 0.0
        for name, conditions in asked.items():
            wish = Filter(tuple(Condition(str(fields[field].pk), ask, value) for field, ask, value in conditions))
            pages, busy, wholes, count = [], [], [], 0
            for _ in range(ROUNDS):
                with activate(office.organization):
                    took, spent, _ = timed(lambda wish=wish: len(contacts_page(member, wish).rows))
                    pages.append(took)
                    busy.append(spent)
                    took, _, count = timed(lambda wish=wish: sum(map(len, ids_of(member, Contact.objects.all(), wish))))
                    wholes.append(took)
            page = statistics.median(pages)
            worst = max(worst, page)
            spent = statistics.median(busy)
            rows.append(f"| {name} | {page:,.0f} | {spent:,.0f} | {statistics.median(wholes):,.0f} | {count:,} |")
        connections.close_all()
    said = f"{CONTACTS:,} contacts with three fields, no key at hand. A page at its worst: **{worst:,.0f} ms**"
    goal = f"(at most {CEILING:,.0f}: {verdict(worst, CEILING, at_most=True)})"
    keep("contact_filter", "\n".join(rows) + f"\n\n{said} {goal}.")
    return int(worst > CEILING)


if __name__ == "__main__":
    sys.exit(main())
