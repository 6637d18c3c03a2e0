"""What the portal knows of a contact, for the timeline on their page: private messages and payments, without words."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.models import PaymentRefund, SecureMessage
from portal.payments.currencies import shown
from portal.payments.reading import visible_payments
from texting.queries import visible_conversations
from texting.timeline.kinds import Kind
from texting.timeline.merging import Asked, Entry


def secure_messages(asked: Asked) -> Iterator[Entry]:
    """Those in conversations that the member may read: sent, first opened."""
    mine = visible_conversations(asked.member).filter(contact__in=asked.contacts).order_by().values("pk")
    rows = SecureMessage.objects.filter(conversation__in=mine).select_related("author__user")
    for row in asked.newest(rows, "created_at"):
        address = reverse("conversation", args=[row.conversation_id])
        who = row.author.user.name
        yield Entry(row.created_at, _("Private message"), who=who, icon="message-square-lock", url=address)
    for row in asked.newest(rows, "first_opened_at"):
        if row.first_opened_at:
            address = reverse("conversation", args=[row.conversation_id])
            yield Entry(row.first_opened_at, _("Private message opened by the customer"), icon="lock-open", url=address)


def payments(asked: Asked) -> Iterator[Entry]:
    """Those in conversations that the member may read: asked for, paid, given back."""
    rows = visible_payments(asked.member).filter(contact__in=asked.contacts)
    for row in asked.newest(rows, "created_at"):
        address, amount = reverse("conversation", args=[row.conversation_id]), shown(row.amount_minor, row.currency)
        yield Entry(row.created_at, _("Payment asked for"), amount, icon="credit-card", url=address)
    for row in asked.newest(rows, "paid_at"):
        if row.paid_at:
            address, amount = reverse("conversation", args=[row.conversation_id]), shown(row.paid_minor, row.currency)
            yield Entry(row.paid_at, _("Paid"), amount, icon="credit-card", tone="success", url=address)
    refunds = PaymentRefund.objects.filter(session__request__in=rows.order_by().values("pk"))
    for refund in asked.newest(refunds.select_related("session__request", "asked_by__user"), "created_at"):
        if refund.session is None:
            continue
        request, state = refund.session.request, str(PaymentRefund.State(refund.state).label)
        amount, who = shown(refund.amount_minor, request.currency), refund.asked_by
        address, name = reverse("conversation", args=[request.conversation_id]), who.user.name if who else ""
        yield Entry(refund.created_at, _("Refund"), f"{amount} · {state}", name, "undo-2", "warning", address)


SOURCES = {Kind.PRIVATE: secure_messages, Kind.PAYMENTS: payments}
"""All of it."""
