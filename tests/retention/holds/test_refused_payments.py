"""Refused calls of a payment processor on hold: neither a hand nor the clock destroys them, and both do afterwards."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from portal.models import PaymentAccount, RefusedPaymentEvent
from portal.payments import hearing, tidying
from portal.payments.base import Hook
from retention.holds import releasing
from retention.holds.wanted import WantedScope
from tenancy.isolation import activate
from tests.cast import cast, signed_in
from tests.portal.payments.office import make_office
from tests.retention.placed import place_hold

__all__ = ["cast"]

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
BY_DAYS = WantedScope(since=NOON.date(), until=NOON.date())


@pytest.fixture
def office(cast):
    """One refused call of a day that is to be held, and one of a day two weeks later."""
    office = make_office(cast)
    with activate(cast.organization):
        for days in (0, 14):
            with time_machine.travel(NOON + timedelta(days=days), tick=False):
                assert hearing.take(PaymentAccount.objects.get(), Hook(b"{}", "wrong")) == "signature"
    return office


def calls(office) -> list[int]:
    """Those that are there and can be read: the days on which they came."""
    with activate(office.cast.organization):
        rows = RefusedPaymentEvent.objects.order_by("received_at")
        return [row.received_at.day for row in rows if row.call]


def release(office, hold) -> None:
    with activate(office.cast.organization):
        releasing.ask(member=office.cast.admin, hold=hold, reason="Settled")
        releasing.confirm(member=office.cast.owner, hold=hold, reason="Settled")


def test_discarding_leaves_those_of_a_held_day_and_the_page_says_how_many(office):
    with activate(office.cast.organization):
        hold = place_hold(office.cast.admin, BY_DAYS)
    browser = signed_in(Client(), office.cast.owner)
    page = browser.post("/settings/payments/refused/discard/", follow=True).text
    assert ("Thrown away: 1." in page, "1 request is on legal hold and stays." in page) == (True, True)
    assert calls(office) == [3]
    release(office, hold)
    with activate(office.cast.organization):
        done = hearing.discard_all(actor=office.cast.owner)
        assert (done.ended, done.held) == (1, 0)
    assert calls(office) == []


def test_a_hold_without_days_keeps_all_of_them_from_the_clock(office):
    with time_machine.travel(NOON + timedelta(days=60), tick=False):
        with activate(office.cast.organization):
            hold = place_hold(office.cast.admin, WantedScope(about="+12125550181"))
        tidying.tidy()
        assert calls(office) == [3, 17]
        release(office, hold)
        tidying.tidy()
        assert calls(office) == []


def test_another_organizations_hold_keeps_nothing_here(office):
    with activate(office.cast.other_organization):
        place_hold(office.cast.outsider, BY_DAYS)
    with time_machine.travel(NOON + timedelta(days=60), tick=False):
        tidying.tidy()
    assert calls(office) == []
