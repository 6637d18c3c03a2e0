"""Giving money back, whole or in part: written down first, then the provider is asked, outside of any transaction."""

import logging
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from portal.models import PaymentRefund, PaymentRequest, PaymentSession
from portal.payments import booking, currencies, doorbell, dues
from portal.payments.base import PaymentProvider, RefundWanted, SessionState
from portal.payments.registry import adapter_of
from portal.payments.states import HELD_REFUNDS
from tenancy import audit
from tenancy.audit import AuditKind

log = logging.getLogger("parley.payments")


class CannotRefund(ValueError):
    """It cannot be given back; the message says why."""


def refundable(session: PaymentSession) -> int:
    """Minor units of a paid page that can still be given back."""
    if session.state != SessionState.PAID:
        return 0
    held = PaymentRefund.objects.filter(session=session, state__in=HELD_REFUNDS).aggregate(sum=Sum("amount_minor"))
    return max(0, session.received_minor - (held["sum"] or 0))


def refundable_of(request: PaymentRequest) -> int:
    """The most that one refund can give back: of one page, since a refund belongs to one payment."""
    return max((refundable(session) for session in request.sessions.all()), default=0)


def refund(
    *, member: Membership, request: PaymentRequest, amount_minor: int, reason: str, refund_id: UUID
) -> PaymentRefund:
    """Write a refund down; it is asked for at once after the commit. The same `refund_id` again changes nothing.

    Raises CannotRefund: more than is left, nothing, or not paid (yet).
    """
    require(member, Permission.PAYMENTS_REFUND)
    request = booking.lock(request.pk)
    repeated = PaymentRefund.objects.filter(pk=refund_id, session__request=request).first()
    if repeated is not None:
        return repeated
    if reason not in PaymentRefund.Reason.values:
        raise CannotRefund(_("Choose why it is given back."))
    if amount_minor <= 0:
        raise CannotRefund(_("The amount has to be more than nothing."))
    sessions = list(request.sessions.filter(state=SessionState.PAID).order_by("-number"))
    if not sessions:
        raise CannotRefund(_("Nothing has been paid that could be given back."))
    session = next((one for one in sessions if refundable(one) >= amount_minor), None)
    if session is None:
        left = currencies.shown(refundable_of(request), request.currency)
        raise CannotRefund(_("At most %(left)s can be given back.") % {"left": left})
    made = PaymentRefund.objects.create(
        id=refund_id,
        account_id=session.account_id,
        session=session,
        payment_reference=session.payment_reference,
        amount_minor=amount_minor,
        reason=reason,
        asked_by=member,
    )
    dues.put(dues.Kind.REFUND, made.pk, timezone.now())
    doorbell.ring_after_commit(made.pk)
    audit.record(
        event=AuditKind.PAYMENT_REFUND_ASKED, actor=member, object=request, refund=made.pk, amount=amount_minor
    )
    booking.settle(request)
    return made


def call_of(made: PaymentRefund) -> tuple[PaymentProvider, RefundWanted]:
    """The call that gives it back, the same each time. Raises UnknownPaymentProvider, ValueError."""
    session = made.session
    assert session is not None  # noqa: S101 - only those of ours are asked for
    wanted = RefundWanted(
        reference=str(made.pk),
        payment_reference=session.payment_reference,
        amount_minor=made.amount_minor,
        currency=session.request.currency,
        reason=made.reason,
    )
    return adapter_of(session.account), wanted


def give_up(made: PaymentRefund) -> None:
    """The provider has refused it: the money stays, and can be given back another way."""
    session = made.session
    assert session is not None  # noqa: S101 - as above
    request = booking.lock(session.request_id)
    changed = PaymentRefund.objects.filter(pk=made.pk, state=PaymentRefund.State.ASKING)
    if changed.update(state=PaymentRefund.State.FAILED, ended_at=timezone.now()):
        audit.record(event=AuditKind.PAYMENT_REFUND_FAILED, object=request, refund=made.pk)
        log.warning("payment_refund_refused", extra={"refund": str(made.pk)})
        booking.settle(request)
