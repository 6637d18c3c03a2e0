"""What members see and press: the dialog, the card in the thread, a payment's page, refunds, the report, settings."""

import json

import pytest
from django.test import Client

from portal.models import PaymentAccount, PaymentRefund, PaymentRequest
from portal.payments.base import Keys
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.portal.payments.office import Office, do_due


def dialog(office: Office) -> str:
    return f"/inbox/c/{office.conversation.pk}/payment/"


def typed(**changed: object) -> dict[str, object]:
    usual = {"amount": "45.00", "currency": "USD", "description": "Invoice 1001", "days": 7, "text_id": str(new_id())}
    return usual | changed


def requests_of(office: Office) -> list[PaymentRequest]:
    with activate(office.cast.organization):
        return list(PaymentRequest.objects.all())


def test_an_agent_asks_from_the_composer_and_sees_the_card(office: Office):
    agent = office.as_(office.agent)
    thread = f"/inbox/c/{office.conversation.pk}/"
    assert dialog(office) in agent.get(thread).content.decode()
    assert "Request payment" in agent.get(dialog(office)).content.decode()
    answer = agent.post(dialog(office), typed())
    assert answer.status_code == 204
    assert "close-sheet" in json.loads(answer["HX-Trigger"])
    page = agent.get(thread).content.decode()
    assert "$45.00" in page
    assert "Requested" in page
    assert "simulated" in page


def test_what_is_wrong_is_said_in_the_dialog(office: Office):
    agent = office.as_(office.agent)
    for wrong, words in (
        ({"amount": ""}, "required"),
        ({"amount": "-1"}, "Type an amount"),
        ({"amount": "0"}, "more than nothing"),
        ({"amount": "1" + "0" * 12}, "At most $999,999.99"),
        ({"amount": "45.5", "currency": "JPY"}, "JPY is written like 4500"),
        ({"currency": "XYZ"}, "valid choice"),
        ({"description": "4242 4242 4242 4242"}, "card"),
        ({"days": 400}, "valid choice"),
        ({"text_id": "x"}, "valid UUID"),
    ):
        answer = agent.post(dialog(office), typed(**wrong))
        assert answer.status_code == 422, wrong
        assert words in answer.content.decode(), wrong
    assert requests_of(office) == []


def test_outsiders_and_those_without_the_right_find_nothing(office: Office):
    request = office.ask()
    office.paid(request)
    refund = {"amount": "45.00", "reason": "mistake", "refund_id": str(new_id())}
    for member, gone in ((office.cast.outsider, 404), (office.cast.auditor, 403), (office.cast.leaver, 302)):
        person = office.as_(member)
        assert person.post(dialog(office), typed()).status_code == gone
        assert person.post(f"/payments/{request.pk}/cancel/").status_code == gone
        assert person.post(f"/payments/{request.pk}/refund/", refund).status_code == gone
    assert office.as_(office.agent).post(f"/payments/{request.pk}/refund/", refund).status_code == 403
    assert len(requests_of(office)) == 1
    with activate(office.cast.organization):
        assert PaymentRefund.objects.count() == 0


def test_a_new_link_begins_with_what_was_asked_before_for_whoever_may_see_it(office: Office):
    request = office.ask(12_345)
    office.overdue(request)
    agent = office.as_(office.agent)
    page = agent.get(f"/inbox/c/{office.conversation.pk}/").content.decode()
    assert f"?as={request.pk}" in page
    again = agent.get(f"{dialog(office)}?as={request.pk}").content.decode()
    assert "123.45" in again
    assert "Invoice 1001" in again
    for other in (new_id(), "x", ""):
        assert "123.45" not in agent.get(f"{dialog(office)}?as={other}").content.decode()


def test_a_request_is_taken_back_once(office: Office):
    request, agent = office.ask(), office.as_(office.agent)
    answer = agent.post(f"/payments/{request.pk}/cancel/", headers={"HX-Request": "true"})
    assert "Taken back" in answer["HX-Trigger"]
    again = agent.post(f"/payments/{request.pk}/cancel/", headers={"HX-Request": "true"})
    assert "too late" in again["HX-Trigger"]
    assert "taken back" in Client().get(f"/p/{office.code(request)}").content.decode()


def give_back(office: Office, request: PaymentRequest, amount: str, **more: object):
    sent = {"amount": amount, "reason": "requested_by_customer", "refund_id": str(new_id())} | more
    return office.as_(office.cast.admin).post(f"/payments/{request.pk}/refund/", sent)


def test_money_goes_back_in_parts_and_never_more_than_came(office: Office):
    request = office.ask()
    assert "Nothing has been paid" in give_back(office, request, "45.00").content.decode()
    office.paid(request)
    same = str(new_id())
    for _ in range(2):
        assert give_back(office, request, "10.00", refund_id=same).status_code == 302
    do_due()
    part = office.fresh(request)
    assert (part.state, part.refunded_minor) == ("partly_refunded", 1_000)
    assert "At most $35.00" in give_back(office, request, "35.01").content.decode()
    for wrong in ("0", "-1", "x", ""):
        assert give_back(office, request, wrong).status_code == 422
    assert give_back(office, request, "35.00").status_code == 302
    do_due()
    whole = office.fresh(request)
    assert (whole.state, whole.refunded_minor) == ("refunded", 4_500)
    page = office.as_(office.cast.admin).get(f"/payments/{request.pk}/").content.decode()
    assert "Give money back" not in page
    assert "Ada Lindqvist" in page
    told = office.as_(office.agent).get(f"/contacts/{office.conversation.contact_id}/timeline/").content.decode()
    assert (told.count("Refund"), "$10.00 · Done" in told, "$35.00 · Done" in told) == (2, True, True)
    assert "given back to you" in Client().get(f"/p/{office.code(request)}").content.decode()


def test_a_refund_whose_answer_got_lost_is_made_once(office: Office, monkeypatch):
    from portal.payments.base import OutcomeUnknown
    from portal.payments.simulator import SimulatedPayments

    request = office.ask()
    page = office.paid(request)
    give_back(office, request, "10.00")
    whole = SimulatedPayments.refund

    def lost(self, wanted):
        whole(self, wanted)
        raise OutcomeUnknown

    monkeypatch.setattr(SimulatedPayments, "refund", lost)
    do_due()
    assert office.fresh(request).refunded_minor == 0
    monkeypatch.setattr(SimulatedPayments, "refund", whole)
    do_due()
    with activate(office.cast.organization):
        page.refresh_from_db()
    assert list(page.refunds.values()) == [1_000]
    assert office.fresh(request).refunded_minor == 1_000


def test_a_refund_that_the_provider_refuses_has_failed_and_can_be_asked_for_again(office: Office, monkeypatch):
    from portal.payments.base import NotDone, Trouble
    from portal.payments.simulator import SimulatedPayments

    def refused(self, wanted):
        raise NotDone(Trouble.REQUEST, again=False)

    request = office.ask()
    office.paid(request)
    with monkeypatch.context() as broken:
        broken.setattr(SimulatedPayments, "refund", refused)
        give_back(office, request, "45.00")
        do_due()
    assert office.fresh(request).state == "paid"
    give_back(office, request, "45.00")
    do_due()
    assert office.fresh(request).state == "refunded"


def test_the_report_counts_each_currency_by_itself_and_its_file_opens_in_a_spreadsheet(office: Office):
    office.paid(office.ask())
    office.ask(9_900, "JPY", description="=HYPERLINK(1)")
    supervisor = office.as_(office.cast.supervisor)
    page = supervisor.get("/reports/payments/").content.decode()
    assert "¥9,900" in page
    assert page.count("$45.00") >= 2
    only = supervisor.get("/reports/payments/?state=paid&currency=USD").content.decode()
    assert "¥9,900" not in only
    lines = b"".join(supervisor.get("/reports/payments/export/").streaming_content).decode()
    assert lines.count("\r\n") == 3
    assert "'=HYPERLINK(1)" in lines
    assert ",45.00,45.00,0.00," in lines
    assert office.as_(office.cast.outsider).get("/reports/payments/").content.decode().count("$45.00") == 0
    assert office.as_(office.agent).get("/reports/payments/").status_code == 403


@pytest.mark.parametrize(
    "query", ["state=x", "since=2026-13-01", "since=0001-01-01", "since=2026-02-02&until=2026-01-01"]
)
def test_filters_that_make_no_sense_are_said_and_show_everything(office: Office, query):
    office.ask()
    answer = office.as_(office.cast.supervisor).get(f"/reports/payments/?{query}")
    assert answer.status_code == 422
    assert "$45.00" in answer.content.decode()


def test_who_sees_no_names_sees_none_of_them_in_a_payment(office: Office):
    with activate(office.cast.organization):
        office.conversation.contact.name = "Greta Quill"
        office.conversation.contact.save()
    request = office.ask(description="Invoice of Greta Quill, +1 212 555 0181")
    auditor = office.as_(office.cast.auditor)
    for path in (f"/inbox/c/{office.conversation.pk}/", f"/payments/{request.pk}/"):
        page = auditor.get(path).content.decode()
        assert "$45.00" in page
        assert "Greta" not in page
        assert "555 0181" not in page


STRIPE = {"api_key": "sk_test_" + "a" * 24, "webhook_secret": "whsec_" + "b" * 24, "currency": "EUR", "days": 3}


def test_keys_are_tried_before_they_are_stored_sealed(office: Office, monkeypatch):
    from portal.payments.base import AccountFacts, NotDone, Trouble
    from portal.payments.stripe.adapter import StripePayments

    admin = office.as_(office.cast.admin)

    def refused(self):
        raise NotDone(Trouble.AUTH, again=False)

    monkeypatch.setattr(StripePayments, "check", refused)
    answer = admin.post("/settings/payments/stripe/", STRIPE)
    assert answer.status_code == 422
    assert "does not take this key" in answer.content.decode()
    assert STRIPE["api_key"] not in answer.content.decode()
    monkeypatch.setattr(StripePayments, "check", lambda self: AccountFacts("acct_1", "Harbor", is_live=False))
    assert admin.post("/settings/payments/stripe/", STRIPE).status_code == 302
    with activate(office.cast.organization):
        account = PaymentAccount.objects.get(provider="stripe")
        keys = Keys.from_json(account.credentials)
    assert (keys.api_key, keys.webhook_secret, account.currency) == (STRIPE["api_key"], STRIPE["webhook_secret"], "EUR")
    page = admin.get("/settings/payments/").content.decode()
    assert "/webhooks/payments/" in page
    assert STRIPE["api_key"] not in page
    assert STRIPE["webhook_secret"] not in page


def test_keys_of_the_wrong_kind_are_not_even_tried(office: Office):
    admin = office.as_(office.cast.admin)
    for wrong in ({"api_key": "pk_live_" + "a" * 24}, {"api_key": ""}, {"webhook_secret": "secret"}, {"days": 0}):
        assert admin.post("/settings/payments/stripe/", STRIPE | wrong).status_code == 422
    assert office.as_(office.agent).get("/settings/payments/").status_code == 403
    assert office.as_(office.cast.outsider).get("/settings/payments/").content.decode().count("Disconnect") == 0


def test_another_organizations_account_cannot_be_changed(office: Office):
    outsider = office.as_(office.cast.outsider)
    for act in ("change", "disconnect"):
        sent = {"currency": "EUR", "days": 3}
        assert outsider.post(f"/settings/payments/{office.account.pk}/{act}/", sent).status_code == 404
    with activate(office.cast.organization):
        account = PaymentAccount.objects.get(pk=office.account.pk)
    assert (account.is_active, account.currency) == (True, "USD")


def test_a_production_system_with_the_simulator_does_not_start(settings):
    from portal.checks import payments_are_real

    settings.LOCAL = False
    assert [problem.id for problem in payments_are_real(None)] == ["portal.E001"]
    settings.PORTAL_PAYMENT_PROVIDERS = {"stripe": "portal.payments.stripe.adapter.StripePayments"}
    assert payments_are_real(None) == []
    settings.PORTAL_PAYMENT_BASE_URLS = {"stripe": "http://elsewhere.example"}
    assert [problem.id for problem in payments_are_real(None)] == ["portal.E002"]
