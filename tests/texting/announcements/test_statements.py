"""What an announcement costs in statements: as many for many recipients as for few, in the check and in the run."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent
from tenancy.isolation import activate
from tests.texting.announcements.many import act, customers, states, work, write
from tests.texting.desk import desk
from texting.announcements import running

__all__ = ["desk"]


def joined(desk, *at: int) -> None:
    """Customers who texted our keyword: the reason of their texts names it."""
    evidence = Evidence(source=ConsentEvent.Source.KEYWORD, quality=ConsentEvent.Quality.COMPLETE, matched="join")
    for contact in customers(desk, *at, agree=False):
        with activate(desk.organization):
            consent.give(contact, kind=ConsentEvent.Kind("express"), evidence=evidence)


def spent(desk, row) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        work(desk, row)
    return len(asked)


def test_a_batch_costs_the_same_whomever_it_is_for(desk):
    costs = []
    for people in (range(1, 3), (), range(3, 23)):  # the first fills caches
        joined(desk, *people)
        row = write(desk)
        act(desk, running.check, row)
        looked = spent(desk, row)
        act(desk, running.start, row)
        costs.append((looked, spent(desk, row)))
        assert states(desk, row) == {"queued": max(people, default=2)}
    _first, few, many = costs
    assert many[0] - few[0] < 5, "looked at: 2 and 22 recipients"
    assert many[1] - few[1] < 5, "queued"
