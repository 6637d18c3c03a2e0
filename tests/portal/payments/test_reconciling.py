"""What is in doubt is found out: lost answers, lost webhooks, silent providers, and the end of a link's time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.models import PaymentDue, PaymentSession, SimulatedCheckout
from portal.payments import dues
from portal.payments.base import NotDone, OutcomeUnknown, Trouble
from portal.payments.dues import Kind
from portal.payments.simulator import SimulatedPayments
from tenancy.encryption.shredding import destroy_keys
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.portal.payments.office import Office, do_due


@pytest.fixture
def lossy(monkeypatch):
    """Loses the provider's answers to one kind of call after the deed."""

    def lose(name: str):
        whole = getattr(SimulatedPayments, name)

        def lost(self, wanted):
            whole(self, wanted)
            raise OutcomeUnknown

        monkeypatch.setattr(SimulatedPayments, name, lost)
        return lambda: monkeypatch.setattr(SimulatedPayments, name, whole)

    return lose


def pages(office: Office) -> int:
    with activate(office.cast.organization):
        return SimulatedCheckout.objects.count()


def test_an_answer_that_got_lost_makes_no_second_page(office: Office, lossy):
    request, find = office.ask(), lossy("create")
    answer = office.press_pay(request)
    assert answer.status_code == 503
    assert "Try again in a moment" in answer.content.decode()
    find()
    do_due()
    assert office.sessions(request)[0].state == "open"
    assert office.press_pay(request).status_code == 303
    assert (pages(office), len(office.sessions(request))) == (1, 1)


def test_pressing_again_finds_the_page_whose_answer_got_lost(office: Office, lossy):
    request, find = office.ask(), lossy("create")
    office.press_pay(request)
    find()
    assert office.press_pay(request).status_code == 303
    assert (pages(office), len(office.sessions(request))) == (1, 1)


def test_a_page_that_the_provider_refuses_is_not_asked_for_again_but_a_new_one_is(office: Office, monkeypatch):
    def refused(self, wanted):
        raise NotDone(Trouble.REQUEST, again=False)

    request = office.ask()
    with monkeypatch.context() as broken:
        broken.setattr(SimulatedPayments, "create", refused)
        assert office.press_pay(request).status_code == 503
    do_due()
    assert pages(office) == 0
    assert office.press_pay(request).status_code == 303
    assert [session.state for session in office.sessions(request)] == ["failed", "open"]


def test_a_silent_provider_is_asked_again_later_and_nothing_changes(office: Office, monkeypatch):
    def away(self, reference):
        raise NotDone(Trouble.AWAY, again=True)

    request = office.ask()
    office.opened(request)
    monkeypatch.setattr(SimulatedPayments, "fetch", away)
    do_due()
    due = PaymentDue.objects.get(kind="session")
    assert due.due_at > timezone.now()
    assert due.lease_until is None
    assert office.fresh(request).state == "opened"


def test_what_breaks_does_not_hold_up_the_others(office: Office, monkeypatch):
    def broken(self, reference):
        raise RuntimeError

    first, second = office.ask(), office.ask()
    office.opened(first)
    office.overdue(second)
    monkeypatch.setattr(SimulatedPayments, "fetch", broken)
    assert do_due()["failed"] == 1
    assert office.fresh(second).state == "expired"


def test_a_link_ends_by_the_clock_and_the_providers_page_with_it(office: Office):
    request = office.ask()
    office.opened(request)
    office.overdue(request)
    do_due()
    do_due()
    assert office.fresh(request).state == "expired"
    assert office.sessions(request)[0].state == "expired"
    with activate(office.cast.organization):
        assert SimulatedCheckout.objects.get().state == "expired"


def test_a_link_with_time_left_does_not_end(office: Office):
    request = office.ask()
    do_due(request.pk)
    assert office.fresh(request).state == "requested"


def test_a_page_that_nobody_was_ever_given_is_over_in_the_end(office: Office, lossy):
    request = office.ask()
    lossy("create")
    office.press_pay(request)
    with activate(office.cast.organization):
        past = timezone.now() - timedelta(hours=24)
        PaymentSession.objects.update(made_at=past, expires_at=past + timedelta(hours=23))
    do_due()
    assert office.sessions(request)[0].state == "expired"


def test_when_everything_has_been_said_nothing_is_due(office: Office):
    office.paid(office.ask())
    for _ in range(3):
        do_due()
    assert set(PaymentDue.objects.values_list("kind", flat=True)) <= {"request"}


def test_a_claim_is_one_persons_until_its_lease_ends_and_what_comes_meanwhile_is_kept(office: Office):
    subject, now = new_id(), timezone.now() - timedelta(minutes=1)
    with activate(office.cast.organization):
        dues.put(Kind.SESSION, subject, now)
    mine = dues.claim(subject)
    assert mine is not None
    assert dues.claim(subject) is None
    with activate(office.cast.organization):
        dues.put(Kind.SESSION, subject, now + timedelta(seconds=1))
    dues.finish(mine, None)
    again = dues.claim(subject)
    assert again is not None
    dues.finish(mine, None)  # late: somebody else has it by now
    assert PaymentDue.objects.filter(subject_id=subject).exists()
    dues.finish(again, None)
    assert not PaymentDue.objects.filter(subject_id=subject).exists()


def test_money_that_comes_after_the_customer_was_erased_counts(office: Office):
    request = office.ask()
    page = office.opened(request)
    with activate(office.cast.organization):
        destroy_keys("contact", str(request.contact_id), reason="erased")
    assert office.press(page, "pay").status_code == 303
    assert office.fresh(request).state == "paid"
    assert "$45.00" in office.as_(office.cast.admin).get(f"/payments/{request.pk}/").content.decode()


def test_what_is_due_of_something_that_is_gone_is_forgotten(office: Office):
    with activate(office.cast.other_organization):
        for kind in Kind:
            dues.put(kind, new_id(), timezone.now())
    do_due()
    assert PaymentDue.objects.count() == 0


def test_another_organization_cannot_have_our_page_asked_about(office: Office):
    request = office.ask()
    office.press(office.opened(request), "silently")
    [session] = office.sessions(request)
    PaymentDue.objects.all().delete()
    with activate(office.cast.other_organization):
        dues.put(Kind.SESSION, session.pk, timezone.now())
    do_due()
    assert office.fresh(request).state == "opened"
