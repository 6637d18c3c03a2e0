"""`python -m bench.inbound`: a customer's text through our webhook, against a bare view that stores one row.

Ours with everything on: signature, once only, consent and STOP, encryption, row security, audit, live update. Every
answer and the number of stored texts are checked. Commits wait for the disk on both sides.
"""

import sys
from urllib.parse import urlencode

from bench.contest import Contestant, compete, refuse_errors, table
from bench.databases import own_databases
from bench.results import keep, verdict

FLOOR, DEAREST = 0.7, 1.4


def main() -> int:
    """Measure, check, append. 1 when a floor is missed."""
    with own_databases(durable=True) as databases:
        from django.db import connection

        from bench.bare import TABLE, stored
        from bench.load import post
        from bench.office import FORM, forms, make_office
        from tenancy.isolation import activate
        from texting.models import Message

        databases.as_owner(TABLE)
        office = make_office("bench", "+12125550110")
        ours = Contestant("ours", office.texts("a"))
        plain = (post("/store", urlencode(form).encode(), FORM) for form in forms("b", office.line.number))
        bare = Contestant("bare view", plain, settings="bench.bare_settings")
        compete([ours, bare], databases)
        assert stored() == refuse_errors(bare, frozenset({204}))
        with activate(office.organization):
            kept = Message.objects.filter(direction="in").count()
        assert kept == refuse_errors(ours, frozenset({200, 204})), f"{kept} texts stored"
        connection.close()
    faster, dearer = ours.rate / bare.rate, ours.cost / bare.cost
    keep(
        "inbound",
        f"{table([ours, bare])}\n\nTexts a second: **{faster:.2f} ×** the bare view (floor {FLOOR}, aim 2.0:"
        f" {verdict(faster, FLOOR)}); processor time {dearer:.2f} × (at most {DEAREST}:"
        f" {verdict(dearer, DEAREST, at_most=True)}).",
    )
    return int(faster < FLOOR or dearer > DEAREST)


if __name__ == "__main__":
    sys.exit(main())
