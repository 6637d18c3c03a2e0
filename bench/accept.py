"""`python -m bench.accept`: a text through `POST /api/v1/messages`, one by one and a hundred in a request.

Ours with everything on: key, rights, rates, gate, stored decision, limits, encryption, outbox, audit. Compared with
a bare view that stores one row. Every answer and the number of queued texts are checked.
"""

import itertools
import json
import sys
from collections.abc import Iterator
from urllib.parse import urlencode

from bench.contest import Contestant, compete, refuse_errors, table
from bench.databases import own_databases
from bench.results import keep, verdict

FLOOR, BATCH_FLOOR = 0.5, 8.0
BATCH, CUSTOMERS = 100, 2_000
KEYS = 150  # each key may ask ten times a second


def numbers(start: int) -> Iterator[str]:
    """Customers' numbers, in turns."""
    from bench.office import customer

    return (customer((start + count) % CUSTOMERS) for count in itertools.count())


def main() -> int:
    """Measure, check, append. 1 when a floor is missed."""
    with own_databases(durable=True) as databases:
        from accounts import integrations
        from accounts.models import Membership, Team
        from bench.bare import TABLE, stored
        from bench.load import post
        from bench.office import FORM, forms, make_office
        from bench.queued_texts import Desk
        from tenancy.isolation import activate
        from texting.models import Message

        databases.as_owner(TABLE)
        office = make_office("bench", "+12125550110", pace=1_000_000.0)
        with activate(office.organization):
            Desk(office).meet(CUSTOMERS)
            owner = Membership.objects.get(organization=office.organization)
            team = Team.objects.get(pk=office.line.team_id)
            integrations.MOST_KEYS = KEYS  # one organization does what many would
            wish = integrations.Wish("Bench", frozenset(integrations.OFFERED), (team,), (), None)
            secrets = [integrations.create(actor=owner, wish=wish).secret for _ in range(KEYS)]
        line, keys = str(office.line.pk), itertools.cycle(secrets)

        def ask(path: str, body: object) -> bytes:
            content = json.dumps(body).encode()
            return post(f"/api/v1/{path}", content, "application/json", Authorization=f"Bearer {next(keys)}")

        def text(to: str, count: int) -> dict[str, str]:
            return {"to": to, "line_id": line, "body": f"Your appointment is at {count} o'clock."}

        single_numbers, batch_numbers, counter = numbers(0), numbers(1000), itertools.count()
        single = (ask("messages", text(next(single_numbers), count)) for count in counter)
        batches = (
            ask("messages/batch", {"messages": [text(next(batch_numbers), count) for _ in range(BATCH)]})
            for count in itertools.count()
        )
        plain = (post("/store", urlencode(form).encode(), FORM) for form in forms("b", office.line.number))
        ours, together = Contestant("one text a request", single), Contestant("100 texts a request", batches)
        bare = Contestant("bare view", plain, settings="bench.bare_settings")
        compete([ours, together, bare], databases, connections=8)
        assert stored() == refuse_errors(bare, frozenset({204}))
        accepted = refuse_errors(ours, frozenset({201, 202})) + BATCH * refuse_errors(together, frozenset({200, 207}))
        with activate(office.organization):
            kept = Message.objects.filter(direction="out").count()
        assert kept == accepted, f"{kept} texts stored, {accepted} accepted"
    share, batch = ours.rate / bare.rate, BATCH * together.rate / ours.rate
    keep(
        "accept",
        f"{table([ours, together, bare])}\n\nOne by one: **{share:.2f} ×** the bare view (floor {FLOOR}, aim 0.7:"
        f" {verdict(share, FLOOR)}); a hundred together: **{batch:.1f} ×** that (floor {BATCH_FLOOR:g}, aim 15:"
        f" {verdict(batch, BATCH_FLOOR)}).",
    )
    return int(share < FLOOR or batch < BATCH_FLOOR)


if __name__ == "__main__":
    sys.exit(main())
