"""Does what is due: asks providers about what is in doubt, closes pages, gives money back, lets requests expire.

A webhook may be lost and an answer may be; then this finds out. Each row is claimed with a lease, the provider is asked
with no transaction open, and what it says is booked like a webhook. Everything may run twice: calls carry their keys.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from portal.models import PaymentRefund, PaymentRequest, PaymentSession
from portal.payments import booking, dues, opening, refunding, requesting
from portal.payments.base import (
    NotDone,
    PaymentError,
    PaymentProvider,
    RefundState,
    SessionFact,
    SessionState,
    Wanted,
)
from portal.payments.dues import Claim, Kind
from portal.payments.registry import UnknownPaymentProvider, adapter_of
from portal.payments.states import LIVE_SESSIONS
from tenancy.isolation import activate

log = logging.getLogger("parley.payments")

BATCH = 20  # claims of one round, one after the other
KEY_LIVES = timedelta(hours=23)  # Stripe knows an idempotency key for 24 hours at least
GIVE_UP_AFTER = timedelta(days=14)  # the slowest ways to pay need days
_STEPS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
_UNREADABLE = (UnknownPaymentProvider, ValueError)


def round_of_dues(subject_id: UUID | None = None) -> dict[str, int]:
    """Do what is due, of everybody or of one subject. Returns counts."""
    counts = {"done": 0, "again": 0, "failed": 0}
    for _ in range(BATCH):
        claim = dues.claim(subject_id)
        if claim is None:
            break
        try:
            again_in = _DO[claim.kind](claim)
        except Exception as error:  # one that breaks must not hold up the others
            log.error("payment_due_broke", extra={"subject": str(claim.subject_id), "error": type(error).__name__})
            again_in = _later(claim)
            counts["failed"] += 1
        dues.finish(claim, again_in)
        counts["done" if again_in is None else "again"] += 1
    return counts


def _expire(claim: Claim) -> timedelta | None:
    with activate(claim.organization_id), suppress(PaymentRequest.DoesNotExist):
        requesting.expire(claim.subject_id)
    return None


def _ask(claim: Claim) -> timedelta | None:
    """Ask the provider what became of a page; one whose making is in doubt is made again under its key first."""
    with activate(claim.organization_id):
        session = _session(claim)
        if session is None:
            return None
        was = SessionState(session.state)
        try:
            provider, wanted = opening.repeat(session)
        except _UNREADABLE:
            return _later(claim)
    if not session.reference:
        if was not in LIVE_SESSIONS:
            return None  # it was never made, or a webhook has ended it
        return _make_again(claim, session, provider, wanted)
    try:
        facts = provider.fetch(session.reference)
    except PaymentError:
        return _later(claim)
    with activate(claim.organization_id):
        booking.book(session.account, facts)
        now = PaymentSession.objects.get(pk=session.pk)
        if was != now.state and now.state in {SessionState.PAID, SessionState.WRONG}:
            log.info("payment_found", extra={"session": str(session.pk)})
    return _next_look(claim, now)


def _make_again(claim: Claim, session: PaymentSession, provider: PaymentProvider, wanted: Wanted) -> timedelta | None:
    """The provider may have made this page or not: the same call under the same key says so. Then it is asked about."""
    if timezone.now() >= min(session.made_at + KEY_LIVES, session.expires_at):
        _end_unknown(claim, session)
        return None
    try:
        opened = provider.create(wanted)
    except PaymentError as error:
        return _not_made(claim, session, error)
    with activate(claim.organization_id):
        opening.note_opened(session.account, provider, session.pk, opened)
    return _later(claim)


def _next_look(claim: Claim, session: PaymentSession) -> timedelta | None:
    """None when it has ended and its refunds have been read."""
    now = timezone.now()
    if now - session.made_at > GIVE_UP_AFTER:
        return None
    if session.state == SessionState.OPEN:
        if now > session.expires_at:
            return _later(claim)
        return min(_later(claim), session.expires_at - now + timedelta(minutes=5))
    return timedelta(hours=1) if session.state == SessionState.PENDING else None


def _not_made(claim: Claim, session: PaymentSession, error: PaymentError) -> timedelta | None:
    if isinstance(error, NotDone) and not error.again:
        with activate(claim.organization_id):
            booking.book(session.account, [SessionFact(SessionState.FAILED, reference=str(session.pk))])
        return None
    return _later(claim)


def _end_unknown(claim: Claim, session: PaymentSession) -> None:
    """Nobody was ever given this page, and by now it is over; a webhook that says otherwise still counts."""
    with activate(claim.organization_id):
        booking.book(session.account, [SessionFact(SessionState.EXPIRED, reference=str(session.pk))])


def _close(claim: Claim) -> timedelta | None:
    """Have the provider close a page; what was paid before that is found by asking."""
    with activate(claim.organization_id):
        session = _session(claim)
        if session is None or session.state not in {SessionState.OPEN, SessionState.ASKING}:
            return None
        if not session.reference:
            return None if timezone.now() > session.expires_at else _later(claim)
        try:
            provider = adapter_of(session.account)
        except _UNREADABLE:
            return _later(claim)
    try:
        provider.expire(session.reference)
        facts = provider.fetch(session.reference)
    except PaymentError:
        return None if timezone.now() > session.expires_at else _later(claim)
    with activate(claim.organization_id):
        booking.book(session.account, facts)
    return None


def _refund(claim: Claim) -> timedelta | None:
    """Give money back, or find out what became of that: the call is the same."""
    with activate(claim.organization_id):
        rows = PaymentRefund.objects.select_related("session__account", "session__request")
        made = rows.filter(pk=claim.subject_id).first()
        if made is None or made.session is None or made.state in {RefundState.SUCCEEDED, RefundState.FAILED}:
            return None
        account, session_reference = made.session.account, made.session.reference or ""
        try:
            provider, wanted = refunding.call_of(made)
        except _UNREADABLE:
            return _later(claim)
    asks = made.state == RefundState.ASKING and timezone.now() - made.created_at < KEY_LIVES
    try:
        facts = [provider.refund(wanted)] if asks else provider.fetch(session_reference)
    except NotDone as error:
        if error.again or not asks:  # a refusal to be asked says nothing about the refund
            return _later(claim)
        with activate(claim.organization_id):
            refunding.give_up(made)
        return None
    except PaymentError:
        return _later(claim)
    with activate(claim.organization_id):
        booking.book(account, facts)
        state = PaymentRefund.objects.values_list("state", flat=True).get(pk=made.pk)
    return timedelta(hours=6) if state == RefundState.PENDING else None if asks else _later(claim)


def _session(claim: Claim) -> PaymentSession | None:
    rows = PaymentSession.objects.select_related("account", "request__organization")
    return rows.filter(pk=claim.subject_id).first()


def _later(claim: Claim) -> timedelta:
    return _STEPS[min(claim.tries, len(_STEPS)) - 1]


_DO: dict[Kind, Callable[[Claim], timedelta | None]] = {
    Kind.REQUEST: _expire,
    Kind.SESSION: _ask,
    Kind.CLOSE: _close,
    Kind.REFUND: _refund,
}
