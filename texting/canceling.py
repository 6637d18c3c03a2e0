"""Taking back a text that has not left yet."""

from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from texting import outbox, progress
from texting.conversations import NotPossible
from texting.models import Message
from texting.statuses import MessageStatus

CODE = "canceled"


def cancel(*, member: Membership, message: Message) -> None:
    """Take back a text, which the member may read, that waits. Raises NotPossible when it has left or ended."""
    require(member, Permission.MESSAGES_SEND)
    message = Message.objects.select_for_update(of=("self",), no_key=True).get(pk=message.pk)
    if message.status != MessageStatus.QUEUED or not outbox.cancel(message.pk):
        raise NotPossible(_("It is too late to take it back: the text has left, or has ended."))
    message.status, message.provider_code, message.attention = MessageStatus.CANCELED, CODE, ""
    progress.write([message])
    audit.record(event=AuditKind.MESSAGE_CANCELED, actor=member, object=message)
