"""What members see of payments: through conversations that they may read, masked as those are."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission
from portal.models import PaymentRefund, PaymentRequest
from portal.payments import currencies
from portal.payments.refunding import refundable_of
from portal.payments.states import OPEN_STATES
from texting.models import Conversation
from texting.queries import Customer, NotYours, customer, visible_conversations, wording

State = PaymentRequest.State
SHOWN_AFTER_END = timedelta(hours=24)
MOST_IN_THREAD = 3
TONES: dict[str, tuple[str, str]] = {
    State.REQUESTED: ("info", "send"),
    State.OPENED: ("info", "eye"),
    State.PENDING: ("info", "hourglass"),
    State.PAID: ("success", "circle-check"),
    State.PARTLY_REFUNDED: ("warning", "undo-2"),
    State.REFUNDED: ("neutral", "undo-2"),
    State.EXPIRED: ("warning", "clock"),
    State.CANCELED: ("neutral", "ban"),
}
_LOOKS: dict[str, Promise] = {
    "wrong_amount": _("Another amount was paid than was asked for. Look at the provider's own page."),
    "paid_twice": _("This was paid twice. Give one of the payments back."),
    "over_refunded": _("More was given back than was paid. Look at the provider's own page."),
}


@dataclass(frozen=True)
class ShownPayment:
    """One request as this member may see it. `look` says what a person has to settle, "" for nothing."""

    id: UUID
    amount: str
    paid: str
    refunded: str
    description: str
    state: str
    label: str
    tone: str
    icon: str
    since: datetime
    created_at: datetime
    expires_at: datetime
    requested_by: str
    customer: Customer
    conversation_id: UUID
    is_live: bool
    can_cancel: bool
    can_refund: bool
    can_ask_again: bool
    wants_new_link: bool
    receipt: str
    look: str

    @property
    def as_before(self) -> str:
        """The query that has the dialog begin with what this request asked for."""
        return f"?as={self.id}"


def visible_payments(member: Membership) -> QuerySet[PaymentRequest]:
    """Requests in conversations that the member may read, without any order."""
    rows = PaymentRequest.objects.select_related("contact", "requested_by__user", "account")
    return rows.filter(conversation__in=visible_conversations(member).values("pk"))


def access_payment(member: Membership, payment_id: UUID) -> PaymentRequest:
    """One of them. Raises NotYours."""
    found = visible_payments(member).select_related("conversation__line__team").filter(pk=payment_id).first()
    if found is None:
        raise NotYours
    return found


def in_thread(member: Membership, conversation: Conversation) -> list[ShownPayment]:
    """What matters in an open thread: what can be paid, what has just ended, what somebody has to look at."""
    fresh = timezone.now() - SHOWN_AFTER_END
    matters = Q(state__in=(*OPEN_STATES, State.PENDING)) | Q(state_since__gte=fresh) | ~Q(needs_look="")
    matters |= Q(state=State.EXPIRED, wanted_again_at__gte=fresh)
    rows = visible_payments(member).filter(
        matters, contact_id=conversation.contact_id, conversation__line_id=conversation.line_id
    )
    return [shown(member, row) for row in rows.order_by("-created_at", "-pk")[:MOST_IN_THREAD]]


def shown(member: Membership, row: PaymentRequest, *, in_list: bool = False) -> ShownPayment:
    """The request as the member may see it; in a list as lists show people."""
    state = State(row.state)
    is_over = state in OPEN_STATES and row.expires_at <= timezone.now()
    state = State.EXPIRED if is_over else state
    tone, icon = TONES[state]
    return ShownPayment(
        id=row.pk,
        amount=currencies.shown(row.amount_minor, row.currency),
        paid=currencies.shown(row.paid_minor, row.currency) if row.paid_minor else "",
        refunded=currencies.shown(row.refunded_minor, row.currency) if row.refunded_minor else "",
        description=wording(member, row, "description", contact=row.contact, in_list=in_list),
        state=state.value,
        label=str(state.label),
        tone=tone,
        icon=icon,
        since=row.state_since,
        created_at=row.created_at,
        expires_at=row.expires_at,
        requested_by=row.requested_by.user.name,
        customer=customer(member, row.contact, in_list=in_list),
        conversation_id=row.conversation_id,
        is_live=row.account.is_live,
        can_cancel=state in OPEN_STATES and member.may(Permission.PAYMENTS_REQUEST),
        can_refund=row.paid_minor > row.refunded_minor and member.may(Permission.PAYMENTS_REFUND),
        can_ask_again=state is State.EXPIRED and member.may(Permission.PAYMENTS_REQUEST),
        wants_new_link=state is State.EXPIRED and row.wanted_again_at is not None,
        receipt=row.receipt_refused,
        look=str(_LOOKS.get(row.needs_look, "")),
    )


@dataclass(frozen=True)
class ShownRefund:
    """One refund: what, why, who, what became of it. `by` is "" for one that was made at the provider."""

    amount: str
    state: str
    label: str
    reason: str
    by: str
    at: datetime


def refunds_of(row: PaymentRequest) -> list[ShownRefund]:
    """The oldest first."""
    rows = PaymentRefund.objects.select_related("asked_by__user").filter(session__request=row)
    return [
        ShownRefund(
            amount=currencies.shown(one.amount_minor, row.currency),
            state=one.state,
            label=str(PaymentRefund.State(one.state).label),
            reason=str(PaymentRefund.Reason(one.reason).label) if one.reason else "",
            by=one.asked_by.user.name if one.asked_by else "",
            at=one.created_at,
        )
        for one in rows.order_by("created_at", "pk")
    ]


def left_to_refund(row: PaymentRequest) -> int:
    """Minor units that one refund can give back."""
    return refundable_of(row)


def conversations_with_payments(ids: Collection[UUID]) -> set[UUID]:
    """Those of `ids` in which a payment was asked for."""
    rows = PaymentRequest.objects.filter(conversation_id__in=ids).order_by()
    return set(rows.values_list("conversation_id", flat=True))
