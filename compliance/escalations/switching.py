"""Sending the one text that offers another channel: once for an escalation, through the gate like every text."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.escalations import switch_texts
from compliance.escalations.acting import lock_open
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.noting import note
from compliance.models import Escalation, EscalationEvent
from texting import conversations
from texting.gate import OutsideHours
from texting.models import Conversation, Message


def send(*, member: Membership, escalation: Escalation, conversation: Conversation, language: str) -> Message | None:
    """Send it as the member's own text. None when it was sent before, by whomever: two clicks are one text.

    `conversation` is one of the escalation's contact on its line that the member may read. At night where the customer
    is it waits for their hours. Raises CannotAct when it is closed, Refused by the gate (nothing is kept then),
    `conversations.NotPossible`, MissingPermission.
    """
    require(member, Permission.ESCALATIONS_HANDLE, Permission.MESSAGES_SEND)
    if (conversation.contact_id, conversation.line_id) != (escalation.contact_id, escalation.line_id):
        raise CannotAct(_("This conversation is another customer's."))
    _lock_thread(conversation)
    mine = lock_open(escalation)
    if mine.switch_sent_at is not None:
        return None
    reply = conversations.reply(
        member=member,
        conversation=conversation,
        body=switch_texts.wording(mine.trigger, language).text,
        message_id=mine.switch_id,
        outside_hours=OutsideHours.WAIT,
    )
    mine.switch_sent_at = timezone.now()
    if mine.owner_id is None:
        mine.owner = member
    mine.save(update_fields=["switch_sent_at", "owner"])
    note(
        mine,
        EscalationEvent.Kind.SWITCH_SENT,
        actor=member,
        facts={"language": language, "owner": str(mine.owner_id)},
        message_id=reply.message.pk,
    )
    return reply.message


def _lock_thread(conversation: Conversation) -> None:
    """The conversation before the escalation, as a text on its way in does: else each could wait for the other."""
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True).filter(
        contact_id=conversation.contact_id, line_id=conversation.line_id, status=Conversation.Status.OPEN
    )
    list(rows.order_by("id").values_list("pk", flat=True))
