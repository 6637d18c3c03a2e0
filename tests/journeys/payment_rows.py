"""Requests for payment in every state, for the pages that show them; made once for each organization."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from accounts.models import Membership
from portal import links
from portal.models import PaymentAccount, PaymentRequest
from portal.payments import accounts, booking, opening, refunding, requesting
from portal.payments.accounts import Wish
from portal.payments.base import AccountFacts, RefundFact, RefundState, SessionFact, SessionState
from portal.payments.requesting import Asked
from tenancy.ids import new_id
from tenancy.isolation import activate
from texting.models import Conversation

FACTS = AccountFacts("simulated", "Simulated payments", is_live=False)


def payment_rows(owner: Membership, conversation: Conversation) -> None:
    """One that is open, one that is paid and partly given back, one whose customer wants a new link."""
    with activate(owner.organization):
        if PaymentRequest.objects.exists():
            return
        accounts.connect(actor=owner, wish=Wish("simulator"), facts=FACTS)
        rows = Conversation.objects.select_related("contact", "line__team")
        there = rows.get(pk=conversation.pk)
        over = _ask(owner, there, 12_000, "Crown, first part")
        PaymentRequest.objects.filter(pk=over.pk).update(expires_at=timezone.now() - timedelta(hours=3))
        requesting.want_again(over.pk)
        paid = _ask(owner, there, 18_550, "Invoice 1001, cleaning")
        _ask(owner, there, 4_500, "Deposit for Thursday")
        account = PaymentAccount.objects.get()
    opening.open_page(owner.organization, paid.pk)
    with activate(owner.organization):
        session = paid.sessions.get()
        reference = session.reference
        booking.book(account, [SessionFact(SessionState.PAID, reference, str(session.pk), "pi_1", 18_550, "USD")])
        made = refunding.refund(member=owner, request=paid, amount_minor=2_000, reason="mistake", refund_id=new_id())
        back = RefundFact(RefundState.SUCCEEDED, "re_1", "pi_1", 2_000, "USD", str(made.pk))
        booking.book(account, [back])


def _ask(owner: Membership, conversation: Conversation, amount: int, description: str) -> PaymentRequest:
    asked = Asked(amount, "USD", description, 7, new_id())
    return requesting.request_payment(member=owner, conversation=conversation, asked=asked)


def payment_sights(member: Membership) -> Iterator[tuple[str, str]]:
    """(name of the page, its path)."""
    yield "payments", "/reports/payments/"
    yield "payment-settings", "/settings/payments/"
    yield "connect-stripe", "/settings/payments/stripe/"
    with activate(member.organization):
        rows = list(PaymentRequest.objects.order_by("created_at"))
        codes = {row.state: links.make_link(links.Kind.PAYMENT, row.pk).code for row in rows}
        paid = next((row for row in rows if row.paid_minor), None)
        back = opening.return_token(paid) if paid else ""
    if paid:
        yield "payment", f"/payments/{paid.pk}/"
        yield "payment-back", f"/paid/{back}"
    for state, code in codes.items():
        yield f"payment-page-{state}", f"/p/{code}"
