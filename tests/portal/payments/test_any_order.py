"""Whatever order a provider's words come in, and however often: the books end the same, and no money counts twice."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal.models import PaymentRefund, PaymentRequest, PaymentSession
from portal.payments import booking
from portal.payments.base import Fact, RefundFact, RefundState, SessionFact, SessionState
from tenancy.isolation import activate
from tests.portal.payments.office import Office
from texting.models import Message

S, R = SessionState, RefundState


def said(session: PaymentSession, other: PaymentSession) -> list[Fact]:
    """Everything that one payment, a page that was left and two refunds can be said to be."""
    first, second = str(session.pk), str(other.pk)
    return [
        SessionFact(S.OPEN, "cs_1", first),
        SessionFact(S.PENDING, "cs_1", first, "pi_1"),
        SessionFact(S.FAILED, "cs_1", "", "pi_1"),
        SessionFact(S.PAID, "cs_1", first, "pi_1", 4_500, "USD"),
        SessionFact(S.PAID, "", first, "pi_1", 4_500, "USD"),
        SessionFact(S.EXPIRED, "cs_2", second),
        RefundFact(R.PENDING, "re_1", "pi_1", 1_000, "USD"),
        RefundFact(R.SUCCEEDED, "re_1", "pi_1", 1_000, "USD"),
        RefundFact(R.PENDING, "re_2", "pi_1", 500, "USD"),
        RefundFact(R.FAILED, "re_2", "pi_1", 500, "USD"),
        RefundFact(R.SUCCEEDED, "re_9", "pi_of_another_shop", 700, "USD"),
    ]


def books(office: Office, request: PaymentRequest, facts: list[Fact]) -> tuple[object, ...]:
    """What the books say after these words; nothing of it stays."""
    with activate(office.cast.organization):
        before = transaction.savepoint()
        for fact in facts:
            booking.book(office.account, [fact])
        row = PaymentRequest.objects.get(pk=request.pk)
        sessions = PaymentSession.objects.filter(request=request).order_by("number")
        refunds = PaymentRefund.objects.order_by("reference")
        found = (
            (row.state, row.paid_minor, row.refunded_minor, row.needs_look),
            list(sessions.values_list("state", "received_minor", "payment_reference")),
            list(refunds.values_list("reference", "state", "amount_minor", "session__number")),
            Message.objects.filter(purpose="receipt").count(),
        )
        transaction.savepoint_rollback(before)
        return found


def two_sessions(office: Office) -> tuple[PaymentRequest, PaymentSession, PaymentSession]:
    request = office.ask()
    with activate(office.cast.organization):
        made = [
            PaymentSession.objects.create(
                request=request,
                contact_id=request.contact_id,
                account=office.account,
                number=number,
                expires_at=timezone.now() + timedelta(hours=1),
            )
            for number in (1, 2)
        ]
    return request, made[0], made[1]


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    phases=[Phase.generate],  # to look for a shorter order takes minutes
)
@given(data=st.data())
def test_any_order_and_repetition_ends_the_same(office: Office, data):
    request = getattr(office, "known", None)
    if request is None:
        office.known = request = two_sessions(office)  # type: ignore[attr-defined]
        office.in_order = books(office, request[0], said(*request[1:]))  # type: ignore[attr-defined]
        assert office.in_order[0] == ("partly_refunded", 4_500, 1_000, "")  # type: ignore[attr-defined]
        assert office.in_order[3] == 1  # type: ignore[attr-defined]
    facts = said(*request[1:])
    again = data.draw(st.lists(st.sampled_from(facts), max_size=6))
    shuffled = data.draw(st.permutations([*facts, *again]))
    assert books(office, request[0], list(shuffled)) == office.in_order  # type: ignore[attr-defined]


def test_paid_twice_is_said_and_counted_as_two_payments(office: Office):
    request, first, second = two_sessions(office)
    paid = [
        SessionFact(S.PAID, "cs_1", str(first.pk), "pi_1", 4_500, "USD"),
        SessionFact(S.PAID, "cs_2", str(second.pk), "pi_2", 4_500, "USD"),
    ]
    for order in (paid, paid[::-1], paid * 2):
        found = books(office, request, order)
        assert found[0] == ("paid", 9_000, 0, "paid_twice")
        assert found[3] == 1


def test_another_amount_or_currency_than_asked_for_is_no_payment(office: Office):
    request, first, _second = two_sessions(office)
    for amount, currency in ((4_499, "USD"), (4_500, "EUR"), (450_000, "USD")):
        wrong = [SessionFact(S.PAID, "cs_1", str(first.pk), "pi_1", amount, currency)]
        assert books(office, request, wrong)[0] == ("requested", 0, 0, "wrong_amount")


def test_words_about_another_accounts_session_change_nothing(office: Office):
    request, first, _second = two_sessions(office)
    with activate(office.cast.organization):
        other = type(office.account).objects.create(
            provider="simulator", reference="old", credentials="{}", is_active=False, connected_by=office.cast.owner
        )
        assert not booking.book(other, [SessionFact(S.PAID, "cs_1", str(first.pk), "pi_1", 4_500, "USD")])
    assert office.fresh(request).state == "requested"


def test_a_session_of_another_organization_is_not_found(office: Office):
    request, first, _second = two_sessions(office)
    with activate(office.cast.other_organization):
        assert not booking.book(office.account, [SessionFact(S.PAID, "cs_1", str(first.pk), "pi_1", 4_500, "USD")])
    assert office.fresh(request).state == "requested"
