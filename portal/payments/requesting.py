"""Asking a customer to pay: the request, its link and its text are made together, or none of them.

The text names the company and the link, nothing else: what is asked for stands behind the link.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from accounts.permissions import Permission, require
from portal import links
from portal.models import PaymentAccount, PaymentRequest, PaymentSession
from portal.payments import booking, currencies, doorbell, dues, screening, texts
from portal.payments.base import SessionState
from portal.payments.currencies import BadAmount
from portal.payments.registry import adapter_of, names
from portal.payments.states import OPEN_STATES
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.ids import new_id
from texting import canceling
from texting.conversations import NotPossible
from texting.gate import OutsideHours
from texting.models import Conversation, Line, Message
from texting.sending import BadText, Refused, send_text

SIMULATOR = "simulator"
MOST_DAYS = 30
MOST_OPEN = 10  # of one customer
NOTHING_GIVEN = frozenset({"\x00", "\u202e", "\u202d", "\u2066", "\u2067", "\u2068", "\u2069"})


class CannotRequest(ValueError):
    """The request cannot be made as it is; the message says why and what to do. `field` is where, if somewhere."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True)
class Asked:
    """What is asked for. `text_id` makes a repeated request harmless: it is the id of the text."""

    amount_minor: int
    currency: str
    description: str
    days: int
    text_id: UUID
    outside_hours: OutsideHours = OutsideHours.ASK


def account_for(line: Line) -> PaymentAccount | None:
    """Where a request on this line is paid: on a simulated line at the simulator only, on a real one never there."""
    simulated = line.provider == SIMULATOR
    offered = [name for name in names() if (name == SIMULATOR) is simulated]
    return PaymentAccount.objects.filter(is_active=True, provider__in=offered).order_by("connected_at").first()


def request_payment(*, member: Membership, conversation: Conversation, asked: Asked) -> PaymentRequest:
    """Make the request and queue its text. Raises CannotRequest, Refused (the gate; nothing was made)."""
    require(member, Permission.PAYMENTS_REQUEST, Permission.MESSAGES_SEND)
    repeated = PaymentRequest.objects.filter(text_id=asked.text_id, contact_id=conversation.contact_id).first()
    if repeated is not None:
        return repeated
    account = account_for(conversation.line)
    if account is None:
        raise CannotRequest(_("No payment provider is connected for this line. An admin does that in the settings."))
    description = _checked(account, asked)
    waiting = PaymentRequest.objects.filter(contact_id=conversation.contact_id, state__in=OPEN_STATES)
    if waiting.count() >= MOST_OPEN:
        raise CannotRequest(_("This customer has many open requests already. Cancel one first."))
    now = timezone.now()
    request = PaymentRequest(
        id=new_id(),
        account=account,
        conversation=conversation,
        contact=conversation.contact,
        requested_by=member,
        amount_minor=asked.amount_minor,
        currency=asked.currency,
        description=description,
        created_at=now,
        expires_at=now + timedelta(days=asked.days),
    )
    request.text = _send_link(member, conversation, request, asked)
    request.conversation = request.text.conversation  # a resolved one goes on in a new one
    request.save()
    dues.put(dues.Kind.REQUEST, request.pk, request.expires_at)
    audit.record(
        event=AuditKind.PAYMENT_REQUESTED,
        actor=member,
        object=request,
        amount=request.amount_minor,
        currency=request.currency,
    )
    booking.tell(request)
    return request


def _send_link(member: Membership, conversation: Conversation, request: PaymentRequest, asked: Asked) -> Message:
    link = links.make_link(links.Kind.PAYMENT, request.pk)
    body = texts.asking(conversation.contact, company=request.organization.name, address=link.address)
    try:
        return send_text(
            conversation=conversation,
            body=body,
            author=member,
            message_id=asked.text_id,
            outside_hours=asked.outside_hours,
        )
    except Refused:
        links.forget(request.pk)
        raise
    except BadText as error:
        links.forget(request.pk)
        raise CannotRequest(str(error)) from None


def _checked(account: PaymentAccount, asked: Asked) -> str:
    """The description as it is kept. Raises CannotRequest."""
    try:
        currencies.checked(asked.amount_minor, asked.currency)
    except BadAmount as error:
        raise CannotRequest(str(error), "amount") from None
    problem = adapter_of(account).amount_problem(asked.amount_minor, asked.currency)
    if problem:
        raise CannotRequest(problem, "amount")
    if not 1 <= asked.days <= MOST_DAYS:
        words = ngettext(
            "A link is good for %(most)d day at most.", "A link is good for %(most)d days at most.", MOST_DAYS
        )
        raise CannotRequest(words % {"most": MOST_DAYS}, "days")
    description = " ".join(asked.description.split())
    if not description:
        raise CannotRequest(_("Say what it is for: the customer reads it before they pay."), "description")
    if len(description) > screening.LONGEST or any(_is_unfit(sign) for sign in description):
        words = _("Say it in %(most)d plain characters at most.") % {"most": screening.LONGEST}
        raise CannotRequest(words, "description")
    found = screening.objections(description)
    if found:
        raise CannotRequest(f"{found[0].words} {_('Leave it out.')}", "description")
    return description


def _is_unfit(sign: str) -> bool:
    return sign in NOTHING_GIVEN or "\ud800" <= sign <= "\udfff" or not sign.isprintable()


def cancel(*, member: Membership, request: PaymentRequest) -> bool:
    """Take a request back; what is paid meanwhile stays paid. False when it cannot be canceled any more."""
    require(member, Permission.PAYMENTS_REQUEST)
    request = booking.lock(request.pk)
    if request.state not in OPEN_STATES:
        return False
    request.canceled_at, request.canceled_by = timezone.now(), member
    close_sessions(request)
    if request.text is not None and member.may(Permission.MESSAGES_SEND):
        with suppress(NotPossible):  # usually it has left long ago
            canceling.cancel(member=member, message=request.text)
    audit.record(event=AuditKind.PAYMENT_CANCELED, actor=member, object=request)
    booking.settle(request)
    return True


def close_sessions(request: PaymentRequest) -> None:
    """Have the provider close the pages that can still be paid. The caller holds the request's lock."""
    for session in _payable(request):
        dues.put(dues.Kind.CLOSE, session.pk, timezone.now())
        doorbell.ring_after_commit(session.pk)


def _payable(request: PaymentRequest) -> Sequence[PaymentSession]:
    return list(request.sessions.filter(state__in=(SessionState.ASKING, SessionState.OPEN)))


def expire(request_id: UUID) -> bool:
    """The link's time is over: True when that was so, False when it was paid, canceled or has time left."""
    request = booking.lock(request_id)
    if request.state not in OPEN_STATES or request.expires_at > timezone.now():
        return False
    request.expired_at = timezone.now()
    close_sessions(request)
    booking.settle(request)
    return True


def want_again(request_id: UUID) -> bool:
    """The customer wants a new link for one that is over: the thread says so, once. False when it is not over."""
    request = booking.lock(request_id)
    if request.state in OPEN_STATES and request.expires_at <= timezone.now():
        expire(request_id)
        request = booking.lock(request_id)
    if request.state != PaymentRequest.State.EXPIRED:
        return False
    if request.wanted_again_at is None:
        request.wanted_again_at = timezone.now()
        request.save(update_fields=["wanted_again_at"])
        audit.record(event=AuditKind.PAYMENT_WANTED_AGAIN, object=request)
        booking.tell(request)
    return True
