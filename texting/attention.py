"""What a member does with a text that did not arrive, or of which nobody knows whether it did.

Each text on the list ends once: the first of two colleagues who press a button wins, the other is told. Sending again
goes through the gate like every text, and the new text names the old one.
"""

from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import readable
from texting import conversations, outbox, progress
from texting.conversations import NotPossible
from texting.models import Message, OutboxEntry
from texting.purposes import PRIVATE, TERMS, Purpose
from texting.statuses import MessageStatus

Settlement = Message.Settlement
CHOICES = (Settlement.ARRIVED, Settlement.CALLED, Settlement.NOT_NEEDED, Settlement.CANNOT)
"""What a person may say of a text without sending it again."""


def send_again(*, member: Membership, message: Message, new_id: UUID) -> Message:
    """Send the same words again, as the member's own text. `new_id` makes a repeated request harmless.

    Raises NotPossible when somebody was faster or the text is still being looked up, BadText and Refused as sending.
    """
    require(member, Permission.ATTENTION_HANDLE, Permission.MESSAGES_SEND)
    repeated = Message.objects.filter(pk=new_id, again_of=message).first()
    if repeated is not None:
        return repeated
    first = _locked(message)
    if TERMS[Purpose(first.purpose)].owed:
        raise NotPossible(_("Automatic answers are not sent again."))
    if first.purpose in PRIVATE:
        raise NotPossible(_("A private link is not sent twice. Send a new one from the conversation."))
    if OutboxEntry.objects.filter(message_id=first.pk).exists():
        raise NotPossible(_("The provider is still being asked about this text. Wait until it has answered."))
    words = readable(first, "body")
    if words is None:
        raise NotPossible(_("Its words were removed. Write a new text in the conversation."))
    reply = conversations.reply(
        member=member,
        conversation=first.conversation,
        body=words,
        message_id=new_id,
        purpose=Purpose(first.purpose),
    )
    Message.objects.filter(pk=reply.message.pk).update(again_of=first)
    _settle(member, first, Settlement.SENT_AGAIN)
    return reply.message


def settle(*, member: Membership, message: Message, how: Message.Settlement) -> None:
    """Take a text off the list without sending it again; one that is still being looked up is then left alone.

    Raises NotPossible when somebody was faster, or it is being sent again at this moment.
    """
    require(member, Permission.ATTENTION_HANDLE)
    first = _locked(message)
    entry = OutboxEntry.objects.select_for_update().filter(message_id=first.pk).first()
    if entry is not None and entry.state == OutboxEntry.State.SENDING:
        raise NotPossible(_("This text is being sent again at this moment."))
    if entry is not None:
        entry.delete()
        outbox.ring_after_commit(entry.line_id)  # the next text to this person may have waited
        if how is Settlement.ARRIVED:
            progress.show(first, MessageStatus.SENT)
    _settle(member, first, how)


def _locked(message: Message) -> Message:
    """The text, its row locked. Raises NotPossible when it is no longer on the list."""
    rows = Message.objects.select_for_update(of=("self",)).select_related(
        "conversation__contact", "conversation__line", "conversation__assignee"
    )
    found = rows.get(pk=message.pk)
    if not found.attention:
        raise NotPossible(_("Somebody has dealt with this text already."))
    return found


def _settle(member: Membership, message: Message, how: Message.Settlement) -> None:
    progress.heed(message, "")
    rows = Message.objects.filter(pk=message.pk)
    rows.update(attention="", settled_at=Now(), settled_by=member, settlement=how)
    audit.record(event=AuditKind.MESSAGE_SETTLED, actor=member, object=message, how=how.value)
    progress.tell(message)
