"""How a state follows from what is known, so that events may come twice, late, and in any order.

Of a session and of a refund the furthest state that was ever said holds (`RANK`): paid beats failed, since a card that
was declined may be followed by one that was not. A request's state is worked out from sums and moments each time.
"""

from dataclasses import dataclass

from portal.models import PaymentRefund, PaymentRequest, PaymentSession

State = PaymentRequest.State
SESSION_RANK = {state: rank for rank, state in enumerate(PaymentSession.State)}
REFUND_RANK = {state: rank for rank, state in enumerate(PaymentRefund.State)}
COUNTED_REFUNDS = frozenset({PaymentRefund.State.PENDING, PaymentRefund.State.SUCCEEDED})
"""Money that is gone, or on its way to be."""
HELD_REFUNDS = COUNTED_REFUNDS | {PaymentRefund.State.ASKING}
"""What a further refund may not use again."""
LIVE_SESSIONS = frozenset({PaymentSession.State.ASKING, PaymentSession.State.OPEN, PaymentSession.State.PENDING})
OPEN_STATES = frozenset({State.REQUESTED, State.OPENED})
"""In which a customer can pay and a member can cancel."""


@dataclass(frozen=True)
class Known:
    """Everything that a request's state follows from."""

    paid_minor: int
    refunded_minor: int
    is_pending: bool
    is_canceled: bool
    is_expired: bool
    is_opened: bool


def state_of(known: Known) -> PaymentRequest.State:
    """Money first: what was paid was paid, whatever we thought of the request."""
    if known.paid_minor > 0:
        if known.refunded_minor >= known.paid_minor:
            return State.REFUNDED
        return State.PARTLY_REFUNDED if known.refunded_minor else State.PAID
    if known.is_pending:
        return State.PENDING
    if known.is_canceled:
        return State.CANCELED
    if known.is_expired:
        return State.EXPIRED
    return State.OPENED if known.is_opened else State.REQUESTED


def further(now: PaymentSession.State, said: PaymentSession.State) -> PaymentSession.State:
    """A session's state after the provider said another one."""
    return max(now, said, key=lambda state: SESSION_RANK[PaymentSession.State(state)])


def further_refund(now: PaymentRefund.State, said: PaymentRefund.State) -> PaymentRefund.State:
    """A refund's state after the provider said another one."""
    return max(now, said, key=lambda state: REFUND_RANK[PaymentRefund.State(state)])
