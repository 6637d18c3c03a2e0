"""What a member does with a contact: begin to text one, rename one."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import MissingPermission, Permission, require
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.encryption import readable
from texting import conversations, live, persons, queries, threads
from texting.conversations import NotPossible
from texting.live import LiveKind
from texting.models import Contact, Conversation, Line
from texting.phone_numbers import PhoneNumber
from texting.searching.keeping import keep_names

_TOLD = 20  # conversations of a renamed contact whose rows browsers fetch anew


def start(*, member: Membership, line: Line, number: PhoneNumber, name: str = "") -> Conversation:
    """The open conversation with a number on a line; a new one belongs to the member. Nothing is sent.

    Raises NotPossible when the open one is not the member's to read, and for whoever does not see numbers: typing one
    would tell them whose it is, whether it is known and whether it has opted out.
    """
    require(member, Permission.MESSAGES_SEND, Permission.CONVERSATIONS_START)
    if not queries.sees_everybody(member):
        raise NotPossible(_("You do not see phone numbers, so somebody who does must start this conversation."))
    contact = threads.contact_for(number, name=name)
    conversations.refuse_if_with_somebody_else(member, contact_id=contact.pk, line=line)
    now = timezone.now()
    conversation = threads.open_conversation(contact, line, at=now)
    if conversation.opened_at == now:
        audit.record(event=AuditKind.CONVERSATION_STARTED, actor=member, object=conversation)
        conversations.take_if_free(member, conversation)
    return conversation


def create_contact(*, member: Membership, number: PhoneNumber, name: str = "") -> tuple[Contact, bool]:
    """The contact with this number, and whether it is new. One that is known already keeps its name."""
    require(member, Permission.CONTACTS_EDIT, Permission.CONTACTS_REVEAL)
    if not queries.sees_everybody(member):
        raise MissingPermission(Permission.CONTACTS_UNMASKED)
    is_new = threads.known_or_new([number])[number.e164]._state.adding
    contact = threads.contact_for(number, name=name.strip())
    if is_new:
        audit.record(event=AuditKind.CONTACT_CREATED, actor=member, object=contact)
    return contact, is_new


def rename_contact(*, member: Membership, contact: Contact, name: str) -> None:
    """Change the name under which the organization knows a contact.

    Raises NotYours while the name is hidden, NotPossible while colleagues keep merging this person.
    """
    require(member, Permission.CONTACTS_EDIT, Permission.CONTACTS_REVEAL)
    if not queries.sees(member, contact.pk):
        raise queries.NotYours
    contact.name = name.strip()
    try:
        rows = persons.lock([contact.pk])
    except persons.Busy:
        raise NotPossible(persons.busy_words()) from None
    for row in rows:
        if readable(row, "number", ""):  # not of one that is erased: it would be sealed under a new key
            row.name = contact.name
            row.save(update_fields=["name"])
    keep_names(rows)
    audit.record(event=AuditKind.CONTACT_CHANGED, actor=member, object=contact, fields=["name"])
    show(contact)


def show(contact: Contact) -> None:
    """Browsers fetch anew what they show of a contact that is called something else now."""
    rows = Conversation.objects.filter(contact=contact).order_by("-last_activity_at")
    for conversation_id, line_id in rows.values_list("pk", "line_id")[:_TOLD]:
        live.publish(kind=LiveKind.CONVERSATION, conversation=conversation_id, line=line_id)
