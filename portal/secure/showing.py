"""What colleagues see of secure messages: the card in the thread, the button in the composer. Never the content.

Whoever sent one cannot read it again either: the half of the key is with the customer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from portal.models import SecureMessage, SecureReply
from portal.secure.settings import portal_settings
from texting.composer_tools import ComposerTool
from texting.message_cards import Card
from texting.models import Conversation, Message
from texting.purposes import Purpose

State = SecureMessage.State


@dataclass(frozen=True)
class Sent:
    """A secure message in the thread. `state` is what a person should know of it first; `opened_at` the last time."""

    id: UUID
    state: str
    opened_at: datetime | None
    views: int
    most_views: int
    expires_at: datetime
    opens_with: str
    may_end: bool
    may_unlock: bool


def cards(member: Membership, messages: Sequence[Message]) -> Mapping[UUID, Card]:
    """The cards of texts that carry a link, and of those that stand for an answer. Two statements at most."""
    links = [message.pk for message in messages if message.purpose == Purpose.PRIVATE_LINK]
    inbound = [
        message.pk
        for message in messages
        if message.direction == Message.Direction.IN and not message.provider_message_id
    ]
    found: dict[UUID, Card] = {}
    may = member.may(Permission.PORTAL_SEND)
    if links:
        for row in SecureMessage.objects.filter(message_id__in=links).defer("content", "kept_half", "fact"):
            found[row.message_id] = Card("portal/_sent_card.html", {"sent": _sent(row, may_act=may)})
    if inbound:
        for reply in SecureReply.objects.filter(message_id__in=inbound).defer("body"):
            found[reply.message_id] = Card("portal/_reply_card.html", {"reply": reply})
    return found


def composer_tools(member: Membership, conversation: Conversation) -> list[ComposerTool]:
    """The button that opens the dialog."""
    if not member.may(Permission.PORTAL_SEND):
        return []
    return [ComposerTool(_("Send securely"), "message-square-lock", reverse("send_securely", args=[conversation.pk]))]


def own_address() -> str:
    """The organization's own portal, if texts lead there."""
    return portal_settings().own_address


def _sent(row: SecureMessage, *, may_act: bool) -> Sent:
    over = row.ended_at is None and row.expires_at <= timezone.now()  # the clock has not come by yet
    ended = over or row.ended_at is not None
    return Sent(
        id=row.pk,
        state=State.EXPIRED if over else State(row.state),
        opened_at=row.last_opened_at,
        views=row.views,
        most_views=row.most_views,
        expires_at=row.expires_at,
        opens_with=str(SecureMessage.Check(row.check_by).label),
        may_end=may_act and not ended,
        may_unlock=may_act and not ended and row.state == State.LOCKED,
    )
