"""Which secure messages and answers a member may get at: those of conversations that are theirs to read."""

from uuid import UUID

from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from portal.models import SecureMessage, SecureReply
from tenancy import audit
from tenancy.audit import AuditKind
from texting import live, queries
from texting.live import LiveKind
from texting.queries import NotYours


def access_secure(member: Membership, secure_id: UUID) -> SecureMessage:
    """The message. Raises NotYours for what is not there or not the member's to read."""
    found = SecureMessage.objects.filter(pk=secure_id).first()
    if found is None:
        raise NotYours
    queries.access_conversation(member, found.conversation_id)
    return found


def read_reply(*, member: Membership, reply_id: UUID) -> SecureReply:
    """The customer's answer; that it was read is written down. Raises NotYours."""
    require(member, Permission.CONVERSATIONS_READ)
    found = SecureReply.objects.select_related("message", "secure", "contact").filter(pk=reply_id).first()
    if found is None:
        raise NotYours
    queries.access_conversation(member, found.message.conversation_id)
    if SecureReply.objects.filter(pk=found.pk, read_at=None).update(read_at=timezone.now()):
        live.publish(kind=LiveKind.STATUS, conversation=found.message.conversation_id, message=found.message_id)
    audit.record(event=AuditKind.SECURE_REPLY_READ, actor=member, object=found)
    return found
