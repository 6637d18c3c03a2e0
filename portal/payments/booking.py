"""The one place that writes what a payment provider says, whether it told us or was asked.

A fact may come twice, late, before our own call was answered, and in any order; the books end the same. Sums are taken
over rows with one row for each page and each refund, so no money is counted twice. The request's row is locked first by
everybody who writes here.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from portal.models import PaymentAccount, PaymentRefund, PaymentRequest, PaymentSession
from portal.payments import dues, receipts
from portal.payments.base import Fact, RefundFact, RefundState, SessionFact, SessionState
from portal.payments.states import COUNTED_REFUNDS, Known, further, further_refund, state_of
from tenancy import audit
from tenancy.audit import AuditKind
from texting import live
from texting.live import LiveKind
from texting.notifications import noting

log = logging.getLogger("parley.payments")

ASK_SOON = timedelta(seconds=30)
_WRITTEN = (
    *("state", "state_since", "paid_minor", "refunded_minor", "paid_at", "needs_look", "receipt", "receipt_refused"),
    *("opened_at", "expired_at", "canceled_at", "canceled_by"),
)
_PAID = frozenset({SessionState.PAID, SessionState.WRONG})


def book(account: PaymentAccount, facts: Iterable[Fact]) -> bool:
    """Write them down, in the running transaction. False when none of them is about anything of this account's here."""
    booked = [
        _book_session(account, fact) if isinstance(fact, SessionFact) else _book_refund(account, fact) for fact in facts
    ]
    return any(booked)


def ask_about(account: PaymentAccount, payment_reference: str) -> bool:
    """Have the provider asked about a payment soon. False when it is none of ours."""
    found = _sessions(account).filter(payment_reference=payment_reference).first() if payment_reference else None
    if found is not None:
        dues.put(dues.Kind.SESSION, found.pk, timezone.now())
    return found is not None


def settle(request: PaymentRequest) -> None:
    """Work the request's sums and state out anew; tell the thread, and the customer when it has just been paid.

    The caller holds the request's lock.
    """
    sessions = list(request.sessions.all())
    paid = sum(session.received_minor for session in sessions if session.state == SessionState.PAID)
    refunds = PaymentRefund.objects.filter(session__in=sessions, state__in=COUNTED_REFUNDS)
    refunded = refunds.aggregate(sum=Sum("amount_minor"))["sum"] or 0
    was, was_paid = request.state, request.paid_minor
    request.paid_minor, request.refunded_minor = paid, refunded
    request.state = state_of(
        Known(
            paid_minor=paid,
            refunded_minor=refunded,
            is_pending=any(session.state == SessionState.PENDING for session in sessions),
            is_canceled=request.canceled_at is not None,
            is_expired=request.expired_at is not None,
            is_opened=request.opened_at is not None,
        )
    )
    request.needs_look = _needs_look(request, sessions)
    if paid and request.paid_at is None:
        request.paid_at = timezone.now()
        audit.record(event=AuditKind.PAYMENT_PAID, object=request, amount=paid, currency=request.currency)
        receipts.send(request)
        noting.paid(request.conversation)
    if request.state != was:
        request.state_since = timezone.now()
        log.info("payment_state", extra={"payment": str(request.pk), "state": request.state})
    elif paid != was_paid:
        log.warning("payment_paid_again", extra={"payment": str(request.pk)})
    request.save(update_fields=_WRITTEN)  # not what the contact's key seals: the contact may have been erased
    tell(request)


def tell(request: PaymentRequest) -> None:
    """Let open pages fetch the thread anew after the commit."""
    live.publish(kind=LiveKind.CONVERSATION, conversation=request.conversation_id)


def lock(request_id: UUID) -> PaymentRequest:
    """The request's row, nobody else's until the transaction ends."""
    return PaymentRequest.objects.select_for_update(of=("self",)).get(pk=request_id)


def _needs_look(request: PaymentRequest, sessions: list[PaymentSession]) -> str:
    if any(session.state == SessionState.WRONG for session in sessions):
        return "wrong_amount"
    if request.paid_minor - request.refunded_minor > request.amount_minor:
        return "paid_twice"
    if request.refunded_minor > request.paid_minor:
        return "over_refunded"
    return ""


def _book_session(account: PaymentAccount, fact: SessionFact) -> bool:
    found = _find(account, fact)
    if found is None:
        return False
    request = lock(found.request_id)
    session = PaymentSession.objects.select_for_update(of=("self",)).get(pk=found.pk)
    session.reference = session.reference or fact.session_reference
    session.payment_reference = session.payment_reference or fact.payment_reference
    said = fact.state
    if said is SessionState.PAID and (fact.amount_minor, fact.currency) != (request.amount_minor, request.currency):
        said = SessionState.WRONG
        log.error("payment_wrong_amount", extra={"payment": str(request.pk), "session": str(session.pk)})
    was, session.state = SessionState(session.state), further(SessionState(session.state), said)
    if session.state == SessionState.PAID:
        session.received_minor = request.amount_minor
    session.save(update_fields=["state", "reference", "payment_reference", "received_minor"])
    _adopt_refunds(session)
    if session.state in _PAID and was not in _PAID:  # refunds may have been told before we knew whose payment it is
        dues.put(dues.Kind.SESSION, session.pk, timezone.now() + ASK_SOON)
    settle(request)
    return True


def _find(account: PaymentAccount, fact: SessionFact) -> PaymentSession | None:
    mine = Q()
    if fact.session_reference:
        mine |= Q(reference=fact.session_reference)
    if (ours := _uuid(fact.reference)) is not None:
        mine |= Q(pk=ours)
    return _sessions(account).filter(mine).first() if mine else None


def _sessions(account: PaymentAccount) -> QuerySet[PaymentSession]:
    return PaymentSession.objects.filter(account=account)


def _adopt_refunds(session: PaymentSession) -> None:
    """Refunds of this payment that were told before anybody knew whose it is."""
    if session.payment_reference:
        PaymentRefund.objects.filter(
            account_id=session.account_id, session=None, payment_reference=session.payment_reference
        ).update(session=session)


def _book_refund(account: PaymentAccount, fact: RefundFact) -> bool:
    if fact.amount_minor <= 0 or not fact.payment_reference:
        return False
    session = _sessions(account).filter(payment_reference=fact.payment_reference).first()
    request = lock(session.request_id) if session else None
    refund = _refund_of(account, fact) or PaymentRefund(
        account=account, payment_reference=fact.payment_reference, amount_minor=fact.amount_minor, state=fact.state
    )
    was_there = refund.state == RefundState.SUCCEEDED and not refund._state.adding
    refund.session = refund.session or session
    refund.reference = refund.reference or fact.refund_reference
    refund.state = further_refund(RefundState(refund.state), fact.state)
    if refund.state in {RefundState.SUCCEEDED, RefundState.FAILED} and refund.ended_at is None:
        refund.ended_at = timezone.now()
    is_new = refund._state.adding
    refund.save()
    if request is None:
        return False
    if is_new:
        audit.record(event=AuditKind.PAYMENT_REFUNDED_ELSEWHERE, object=request, amount=refund.amount_minor)
    if refund.state == RefundState.SUCCEEDED and not was_there:
        noting.refunded(request.conversation, by=refund.asked_by_id)
    settle(request)
    return True


def _refund_of(account: PaymentAccount, fact: RefundFact) -> PaymentRefund | None:
    mine = Q(reference=fact.refund_reference)
    if (ours := _uuid(fact.reference)) is not None:
        mine |= Q(pk=ours)
    return PaymentRefund.objects.select_for_update(of=("self",)).filter(mine, account=account).first()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) <= 36 else None
    except ValueError:
        return None
