"""The Stripe adapter against Stripe's own description of its requests, and what it makes of Stripe's answers."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
import stripe

from portal.payments.base import (
    Hook,
    Keys,
    NotDone,
    OutcomeUnknown,
    RefundFact,
    RefundState,
    RefundWanted,
    SessionFact,
    SessionState,
    Trouble,
    UnreadableEvent,
    Wanted,
)
from portal.payments.stripe import amounts, reading
from portal.payments.stripe.adapter import StripePayments
from portal.payments.stripe.places import checked_base
from tests.portal.payments.stripe_stand_in import Stripe, description, stand_in

SECRET = "whsec_" + "q" * 32
WANTED = Wanted(
    reference="0192f0c0-0000-7000-8000-000000000001",
    amount_minor=4_500,
    currency="USD",
    payee="Harbor Dental",
    expires_at=datetime.now(UTC).replace(microsecond=0) + timedelta(hours=23),
    return_url="https://text.example.com/paid/x",
    cancel_url="https://text.example.com/paid/x?left=1",
)


@pytest.fixture
def far_end(socket_enabled) -> Stripe:
    known = description()
    if known is None:
        pytest.skip("Stripe's API description is not beside the repository")
    with stand_in(known["paths"]) as made:
        yield made
    assert made.wrong == [], "every request fits Stripe's own schema"


def adapter(far_end: Stripe | None = None, key: str = "sk_test_x") -> StripePayments:
    return StripePayments(Keys("", key, SECRET, far_end.base if far_end else ""))


def test_a_session_is_made_once_paid_and_given_back_in_parts(far_end: Stripe):
    mine = adapter(far_end)
    assert mine.check().reference == "acct_1"
    opened = mine.create(WANTED)
    assert opened.url == "https://checkout.stripe.com/c/pay/cs_1"
    assert mine.create(WANTED) == opened
    assert mine.fetch("cs_1") == [SessionFact(SessionState.OPEN, "cs_1", WANTED.reference)]
    far_end.pay("cs_1")
    paid = SessionFact(SessionState.PAID, "cs_1", WANTED.reference, "pi_cs_1", 4_500, "USD")
    assert mine.fetch("cs_1") == [paid]
    back = mine.refund(RefundWanted("r1", "pi_cs_1", 500, "USD", "duplicate"))
    assert back == RefundFact(RefundState.SUCCEEDED, "re_1", "pi_cs_1", 500, "USD", "r1")
    assert mine.refund(RefundWanted("r1", "pi_cs_1", 500, "USD", "duplicate")) == back
    assert mine.fetch("cs_1") == [paid, back]
    with pytest.raises(NotDone):
        mine.refund(RefundWanted("r2", "pi_cs_1", 4_001, "USD", "mistake"))
    mine.expire("cs_1")  # refused by Stripe, since it is paid: that is no trouble
    assert far_end.sessions["cs_1"]["status"] == "complete"


def test_what_is_sent_names_neither_customer_nor_purpose_nor_ways_to_pay(far_end: Stripe):
    adapter(far_end).create(WANTED)
    [(_method, _path, form)] = far_end.asked
    assert form["line_items"][0]["price_data"] == {
        "currency": "usd",
        "unit_amount": 4_500,
        "product_data": {"name": "Harbor Dental"},
    }
    assert set(form) == {
        *("mode", "client_reference_id", "metadata", "payment_intent_data", "expires_at"),
        *("success_url", "cancel_url", "line_items"),
    }


def test_an_answer_that_got_lost_is_unknown_and_the_same_call_finds_out(far_end: Stripe):
    mine, far_end.lose = adapter(far_end), 1
    with pytest.raises(OutcomeUnknown) as lost:
        mine.create(WANTED)
    assert lost.value.__context__ is None
    assert mine.create(WANTED).session_reference == "cs_1"
    assert len(far_end.sessions) == 1


@pytest.mark.parametrize(
    ("status", "trouble", "again"),
    [(401, Trouble.AUTH, False), (403, Trouble.REQUEST, False), (429, Trouble.BUSY, True), (409, Trouble.BUSY, True)],
)
def test_a_refusal_says_whether_to_try_again(far_end: Stripe, status, trouble, again):
    far_end.refuse = status
    with pytest.raises(NotDone) as refused:
        adapter(far_end).create(WANTED)
    assert (refused.value.trouble, refused.value.again) == (trouble, again)
    assert refused.value.__context__ is None, "what Stripe wrote is gone"


def test_an_error_of_stripes_own_is_unknown_for_what_changes_and_not_for_a_question(far_end: Stripe):
    far_end.refuse = 500
    with pytest.raises(OutcomeUnknown):
        adapter(far_end).create(WANTED)
    with pytest.raises(NotDone):
        adapter(far_end).fetch("cs_1")


def signed(body: bytes, *, at: int | None = None, secret: str = SECRET) -> Hook:
    moment = int(time.time()) if at is None else at
    return Hook(body, stripe.WebhookSignature.generate_signature_header(body.decode(), secret, moment))


def test_only_what_stripe_signed_lately_is_believed():
    now, body = int(time.time()), b'{"id": "evt_1"}'
    mine = adapter()
    assert mine.verify(signed(body), now=now)
    good = signed(body).signature
    rolled = signed(body, secret="whsec_old").signature + "," + good.partition(",")[2]
    assert mine.verify(Hook(body, rolled), now=now)
    for hook in (
        Hook(body + b" ", good),
        signed(body, secret="whsec_other"),
        signed(body, at=now - 301),
        signed(body, at=now + 301),
        Hook(body, ""),
        Hook(body, good.replace("v1=", "v0=")),
        Hook(body, "t=1,v1=" + "é" * 64),
        Hook(body, f"t={now},v1=é"),
        Hook(body, "t=" + "9" * 400),
        Hook(b"\xff", good),
    ):
        assert not mine.verify(hook, now=now)


def event(kind: str, thing: object, number: str = "evt_1") -> Hook:
    return Hook(json.dumps({"id": number, "type": kind, "data": {"object": thing}}).encode(), "")


SESSION = {
    "id": "cs_1",
    "status": "complete",
    "payment_status": "paid",
    "amount_total": 4_500,
    "currency": "usd",
    "client_reference_id": "ours",
    "payment_intent": "pi_1",
}


def test_events_become_facts():
    mine = adapter()
    done = mine.parse(event("checkout.session.completed", SESSION)).facts
    assert done == (SessionFact(SessionState.PAID, "cs_1", "ours", "pi_1", 4_500, "USD"),)
    by_bank = {**SESSION, "payment_status": "unpaid"}
    states = {
        "checkout.session.completed": SessionState.PENDING,
        "checkout.session.async_payment_failed": SessionState.FAILED,
    }
    for kind, state in states.items():
        assert mine.parse(event(kind, by_bank)).facts == (SessionFact(state, "cs_1", "ours", "pi_1"),)
    over = {**SESSION, "status": "expired", "payment_status": "unpaid", "payment_intent": None}
    assert mine.parse(event("checkout.session.expired", over)).facts == (
        SessionFact(SessionState.EXPIRED, "cs_1", "ours"),
    )
    refund = {"id": "re_1", "status": "pending", "amount": 5, "currency": "usd", "payment_intent": "pi_1"}
    assert mine.parse(event("refund.created", refund)).facts == (
        RefundFact(RefundState.PENDING, "re_1", "pi_1", 5, "USD"),
    )
    assert mine.parse(event("charge.refunded", {"id": "ch_1", "payment_intent": "pi_1"})).ask_payment == "pi_1"
    assert mine.parse(event("customer.created", {})).facts == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[" * 100_000,
        b"[]",
        b'{"id": "evt_1", "type": "refund.created"}',
        b'{"id": "", "type": "refund.created", "data": {"object": {}}}',
        b'{"id": "evt_1", "type": "refund.created", "data": {"object": []}}',
        b'{"id": "evt_1", "type": "checkout.session.completed", "data": {"object": {"id": 7, "status": "open"}}}',
        b'{"id": "evt_1", "type": "checkout.session.completed", "data": {"object": {"payment_status": "paid"}}}',
        b'{"id": "evt\\u0000", "type": "x.y", "data": {"object": {}}}',
    ],
)
def test_what_is_not_as_stripe_describes_it_is_unreadable(body):
    with pytest.raises(UnreadableEvent):
        reading.event(body)


@pytest.mark.parametrize(
    ("minor", "currency", "number"),
    [(4_500, "USD", 4_500), (4_500, "JPY", 4_500), (4_500, "KWD", 4_500), (5, "ISK", 500), (500, "MGA", 5)],
)
def test_amounts_are_counted_as_stripe_counts_them_and_back(minor, currency, number):
    assert amounts.to_stripe(minor, currency) == number
    assert amounts.from_stripe(number, currency) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (49, "USD", r"below \$0\.50"),
        (4_501, "KWD", "End the amount with 0"),
        (550, "MGA", "whole amounts"),
        (10**7, "ISK", "at the most"),
        (100, "KPW", "no KPW"),
    ],
)
def test_what_stripe_would_refuse_is_said_before_it_is_asked(minor, currency, words):
    import re

    assert re.search(words, adapter().amount_problem(minor, currency))
    assert adapter().amount_problem(4_500, "USD") == ""


@pytest.mark.parametrize("base", ["http://stripe.example", "ftp://127.0.0.1", "https://", "nonsense"])
def test_the_key_is_not_sent_in_clear_to_another_machine(base):
    with pytest.raises(ValueError, match="https"):
        checked_base(base)
