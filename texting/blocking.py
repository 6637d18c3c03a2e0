"""Blocking a contact: what they write is kept, and a STOP in it counts; it rings nowhere, and nothing is sent to them.

`threads` counts nothing of them as unread, and the gate refuses every text but `purposes.TO_BLOCKED`: a STOP and a HELP
are answered, and a colleague's sign-in code comes (`compliance.send_policies.blocked`).
"""

from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from texting.contacts import show
from texting.models import Contact, Conversation
from texting.notifications import noting


def block(*, member: Membership, contact: Contact, why: Contact.Block) -> bool:
    """Block them, and take what is unread of them off everybody's list. False when they are blocked already."""
    require(member, Permission.CONTACTS_BLOCK)
    free = Contact.objects.filter(pk=contact.pk, blocked_at=None)
    if not free.update(blocked_at=timezone.now(), blocked_for=why):
        return False
    Conversation.objects.filter(contact=contact, unread__gt=0).update(unread=0)
    noting.came_from_blocked(contact)
    audit.record(event=AuditKind.CONTACT_BLOCKED, actor=member, object=contact, why=why.value)
    show(contact)
    return True


def unblock(*, member: Membership, contact: Contact) -> bool:
    """Hear of them again, from their next text on. False when they are not blocked."""
    require(member, Permission.CONTACTS_BLOCK)
    if not Contact.objects.filter(pk=contact.pk).exclude(blocked_at=None).update(blocked_at=None, blocked_for=""):
        return False
    audit.record(event=AuditKind.CONTACT_UNBLOCKED, actor=member, object=contact)
    show(contact)
    return True
