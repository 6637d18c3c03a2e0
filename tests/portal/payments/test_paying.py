"""A request from its text to its money: what each side sees, what happens twice, late and out of order."""

import pytest
from django.test import Client

from portal.models import PaymentEvent, PaymentSession
from portal.payments import requesting
from portal.payments.requesting import Asked, CannotRequest
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.portal.payments.office import Office, do_due


def test_the_text_names_the_company_and_the_link_and_nothing_else(office: Office):
    request = office.ask(description="Root canal, invoice 1001")
    body = office.texts()[-1].body
    assert "Harbor Dental has sent you a request for payment: http" in body
    assert f"/p/{office.code(request)}" in body
    assert "45" not in body.replace(office.code(request), "")
    assert "Root" not in body
    assert request.state == "requested"


def test_looking_at_the_page_any_number_of_times_changes_nothing(office: Office):
    request = office.ask()
    for _ in range(3):
        page = Client().get(f"/p/{office.code(request)}")
        assert page.status_code == 200
        assert "$45.00" in page.content.decode()
        assert "Invoice 1001" in page.content.decode()
        assert page["Referrer-Policy"] == "no-referrer"
        assert page["X-Robots-Tag"] == "noindex, nofollow"
        assert not page.cookies
    assert office.fresh(request).state == "requested"
    assert office.sessions(request) == []


def test_a_payment_goes_from_requested_over_opened_to_paid_and_the_customer_is_told(office: Office):
    request = office.ask()
    page = office.opened(request)
    assert office.fresh(request).state == "opened"
    assert office.press(page, "pay").status_code == 303
    paid = office.fresh(request)
    assert (paid.state, paid.paid_minor) == ("paid", 4_500)
    [receipt] = office.texts("receipt")
    assert receipt.body.startswith("Harbor Dental: We have received your payment of $45.00.")
    assert paid.receipt_id == receipt.pk
    after = Client().get(f"/p/{office.code(request)}").content.decode()
    assert "Invoice 1001" not in after
    assert "Paid" in after


def test_pressing_twice_opens_one_page(office: Office):
    request = office.ask()
    first, second = office.press_pay(request), office.press_pay(request)
    assert first["Location"] == second["Location"]
    assert len(office.sessions(request)) == 1


def test_the_same_request_sent_twice_is_one_request_and_one_text(office: Office):
    text_id = new_id()
    first, second = office.ask(text_id=text_id), office.ask(text_id=text_id)
    assert first.pk == second.pk
    assert len(office.texts()) == 1


def test_the_same_event_twice_counts_once(office: Office):
    request = office.ask()
    page = office.paid(request)
    with activate(office.cast.organization):
        hook = office.provider().signed("evt_again", "simulated.paid", _fresh(page))
    for _ in range(2):
        assert _post(office, hook).status_code == 204
    assert office.fresh(request).paid_minor == 4_500
    assert len(office.texts("receipt")) == 1
    with activate(office.cast.organization):
        assert PaymentEvent.objects.filter(reference="evt_again").count() == 1


def test_a_webhook_that_is_faster_than_our_own_answer_is_taken(office: Office):
    """The provider's answer got lost; its word that the page was paid names our session."""
    request = office.ask()
    page = office.opened(request)
    with activate(office.cast.organization):
        session = PaymentSession.objects.get()
        session.state, session.reference, session.url = "asking", "", ""
        session.save()
    assert office.press(page, "pay").status_code == 303
    assert office.fresh(request).state == "paid"
    assert office.sessions(request)[0].reference == str(page.pk)


def test_a_wrong_signature_is_refused_kept_and_can_be_taken_in_later(office: Office):
    from portal.payments import hearing

    request = office.ask()
    page = office.opened(request)
    office.press(page, "silently")
    with activate(office.cast.organization):
        hook = office.provider().signed("evt_1", "simulated.paid", _fresh(page))
    forged = type(hook)(hook.body, hook.signature[:-4] + "0000")
    assert _post(office, forged).status_code == 403
    assert office.fresh(request).state == "opened"
    with activate(office.cast.organization):
        assert hearing.waiting_count(office.cast.owner) == 1
        assert hearing.take_in_all(actor=office.cast.owner) == (0, 1)
    with activate(office.cast.organization):
        assert hearing.discard_all(actor=office.cast.owner).ended == 1
        assert hearing.waiting_count(office.cast.owner) == 0
    assert _post(office, hook).status_code == 204
    assert office.fresh(request).state == "paid"


def test_a_lost_webhook_is_found_by_asking(office: Office):
    request = office.ask()
    page = office.opened(request)
    office.press(page, "silently")
    assert office.fresh(request).state == "opened"
    do_due()
    assert office.fresh(request).state == "paid"
    assert len(office.texts("receipt")) == 1


def test_a_payment_by_bank_waits_and_then_arrives_or_fails(office: Office):
    for end, state in (("arrive", "paid"), ("bounce", "opened")):
        request = office.ask()
        page = office.opened(request)
        office.press(page, "later")
        assert office.fresh(request).state == "pending"
        assert office.press_pay(request).status_code == 409
        office.press(page, end)
        assert office.fresh(request).state == state


def test_an_expired_link_says_so_and_a_new_one_can_be_asked_for(office: Office):
    request = office.ask()
    office.overdue(request)
    page = Client().get(f"/p/{office.code(request)}")
    assert page.status_code == 410
    assert "45" not in page.content.decode()
    assert office.press_pay(request).status_code == 410
    again = Client().post(f"/p/{office.code(request)}/again")
    assert "knows that you would like a new link" in again.content.decode()
    wanted = office.fresh(request)
    assert wanted.state == "expired"
    assert wanted.wanted_again_at is not None
    Client().post(f"/p/{office.code(request)}/again")
    assert office.fresh(request).wanted_again_at == wanted.wanted_again_at


def test_what_is_paid_after_it_was_canceled_is_paid(office: Office):
    request = office.ask()
    page = office.opened(request)
    with activate(office.cast.organization):
        assert requesting.cancel(member=office.agent, request=request)
    assert office.fresh(request).state == "canceled"
    assert office.press_pay(request).status_code == 410
    office.press(page, "pay")
    assert office.fresh(request).state == "paid"


def test_canceling_closes_the_providers_page(office: Office):
    request = office.ask()
    page = office.opened(request)
    with activate(office.cast.organization):
        requesting.cancel(member=office.agent, request=request)
        assert not requesting.cancel(member=office.agent, request=request)
    do_due()
    assert office.sessions(request)[0].state == "expired"
    office.press(page, "pay")
    assert office.fresh(request).state == "canceled"


@pytest.mark.parametrize(
    "bad",
    [
        {"amount": 0},
        {"amount": -1},
        {"amount": 10**12},
        {"currency": "XXX"},
        {"currency": ""},
        {"description": ""},
        {"description": "x" * 121},
        {"description": "a\x00b"},
        {"description": "pay \u202eevil"},
        {"description": "card 4242 4242 4242 4242"},
        {"description": "card ٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢"},
        {"description": "SSN 536-22-8726"},
        {"description": "HIV test result positive"},
        {"days": 0},
        {"days": 31},
    ],
)
def test_what_cannot_be_asked_for_is_refused_and_nothing_is_made(office: Office, bad):
    amount, currency = bad.pop("amount", 4_500), bad.pop("currency", "USD")
    with pytest.raises(CannotRequest):
        office.ask(amount, currency, **bad)
    assert office.texts() == []


def test_who_opted_out_is_not_asked_and_no_link_is_left(office: Office):
    from portal.models import PaymentRequest, PortalLink
    from texting import receiving
    from texting.providers.base import Inbound
    from texting.sending import Refused

    with activate(office.cast.organization):
        receiving.receive(office.line, Inbound("in-2", "+12125550181", office.line.number, "STOP", "in-2"))
    with pytest.raises(Refused):
        office.ask()
    with activate(office.cast.organization):
        assert PaymentRequest.objects.count() == 0
    assert PortalLink.objects.count() == 0


def test_without_a_connected_provider_nothing_can_be_asked_for(office: Office):
    from portal.payments import accounts

    with activate(office.cast.organization):
        accounts.disconnect(actor=office.cast.owner, account=office.account)
    with pytest.raises(CannotRequest, match="No payment provider"):
        office.ask()


def test_a_link_of_a_disconnected_provider_opens_no_page(office: Office):
    from portal.payments import accounts

    request = office.ask()
    with activate(office.cast.organization):
        accounts.disconnect(actor=office.cast.owner, account=office.account)
    page = Client().get(f"/p/{office.code(request)}")
    assert "cannot be paid at the moment" in page.content.decode()
    assert office.press_pay(request).status_code == 409
    assert office.sessions(request) == []


@pytest.mark.parametrize("code", ["x", "A" * 22, "A" * 23, "%00", "é" * 22])
def test_a_code_that_is_none_opens_nothing(office: Office, code):
    assert Client().get(f"/p/{code}").status_code == 404
    assert Client().post(f"/p/{code}/pay").status_code == 404
    assert Client().post(f"/p/{code}/again").status_code == 404
    assert Client().get(f"/paid/{code}").status_code == 404


def test_asked_of_a_real_line_the_simulator_takes_no_money(office: Office):
    from texting.models import Line

    with activate(office.cast.organization):
        Line.objects.update(provider="twilio")
        office.conversation.line.refresh_from_db()
        assert requesting.account_for(office.conversation.line) is None


def test_who_may_not_ask_asks_nothing(office: Office):
    from accounts.permissions import MissingPermission

    asked = Asked(4_500, "USD", "Invoice", 7, new_id())
    with activate(office.cast.organization), pytest.raises(MissingPermission):
        requesting.request_payment(member=office.cast.auditor, conversation=office.conversation, asked=asked)
    assert office.texts() == []


def _fresh(page):
    """Inside the organization."""
    page.refresh_from_db()
    return page


def _post(office: Office, hook):
    from portal.models import PaymentAccountKey

    key = PaymentAccountKey.objects.get(account_id=office.account.pk).key
    return Client().post(
        f"/webhooks/payments/{key}",
        hook.body,
        content_type="application/json",
        headers={"Stripe-Signature": hook.signature},
    )
