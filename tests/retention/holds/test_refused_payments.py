"""Refused calls of a payment processor on hold: neither a hand nor the clock destroys them, and both do afterwards."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
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


@pytest.fixture
def rightly_signed(office, monkeypatch):
    """`rightly_signed(answer)`: the secret is right now, and both calls are taken or were known already."""

    def says(answer):
        monkeypatch.setattr(hearing, "_take", lambda *_args, **_more: answer)

    return says


@pytest.mark.parametrize("answer", [hearing.Answer.TAKEN, hearing.Answer.REPEATED])
def test_one_that_is_taken_in_stays_as_it_came_while_its_day_is_held(office, rightly_signed, answer):
    rightly_signed(answer)
    with activate(office.cast.organization):
        hold = place_hold(office.cast.admin, BY_DAYS)
        assert hearing.take_in_all(actor=office.cast.owner) == (2, 0)
        assert {row.state for row in RefusedPaymentEvent.objects.all()} == {"taken"}
        assert hearing.take_in_all(actor=office.cast.owner) == (0, 0), "nothing waits"
        assert hearing.discard_all(actor=office.cast.owner) == hearing.Discarded(0, 0)
    assert calls(office) == [3]
    with time_machine.travel(NOON + timedelta(days=60), tick=False):
        tidying.tidy()
        assert calls(office) == [3]
        release(office, hold)
        tidying.tidy()
    with activate(office.cast.organization):
        assert not RefusedPaymentEvent.objects.exists()


def test_one_that_comes_meanwhile_is_not_said_to_be_on_hold(office, monkeypatch):
    asked = hearing.kept_days

    def later(days):
        kept = asked(days)
        assert hearing.take(PaymentAccount.objects.get(), Hook(b"{}", "wrong")) == "signature"
        return kept

    with activate(office.cast.organization):
        place_hold(office.cast.admin, BY_DAYS)
        monkeypatch.setattr(hearing, "kept_days", later)
        assert hearing.discard_all(actor=office.cast.owner) == hearing.Discarded(ended=1, held=1)
    assert len(calls(office)) == 2


def test_one_that_comes_meanwhile_waits_for_the_next_press(office, rightly_signed, monkeypatch):
    asked, came = hearing.kept_days, []

    def later(days):
        if not came:
            came.append(hearing._keep(PaymentAccount.objects.get(), Hook(b"{}", "wrong"), hearing.Answer.SIGNATURE))
        return asked(days)

    rightly_signed(hearing.Answer.TAKEN)
    with activate(office.cast.organization):
        monkeypatch.setattr(hearing, "kept_days", later)
        assert hearing.take_in_all(actor=office.cast.owner) == (2, 0)
        assert hearing.waiting_count(office.cast.owner) == 1


@pytest.mark.django_db(transaction=True)
def test_each_is_taken_in_by_itself_and_one_that_cannot_be_stored_undoes_no_other(office, monkeypatch):
    """What is put on hold, or what deletes, waits for one of them and not for two hundred."""
    transactions = []

    def take(account, hook, *, came_at):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text")
            transactions.append(cursor.fetchone()[0])
            if len(transactions) == 2:
                cursor.execute("SELECT 1 / 0")
        return hearing.Answer.TAKEN

    monkeypatch.setattr(hearing, "_take", take)
    browser = signed_in(Client(), office.cast.owner)
    page = browser.post("/settings/payments/refused/take-in/", follow=True).text
    assert ("Taken in: 1." in page, "1 is still wrong." in page) == (True, True)
    assert len(set(transactions)) == 2
    assert calls(office) == [17]
