"""Finds or makes the contact and the conversation of a text, and keeps what lists read on the conversation."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from tenancy.arrays import octets, uuids
from tenancy.bulk_reads import read_rows
from tenancy.bulk_writes import update_rows
from tenancy.encryption import blind_index, fetch_current_keys
from texting import outgoing_webhooks
from texting.models import Contact, Conversation, Line, Message
from texting.models.contact import NUMBER_INDEX, PREFIX_INDEX
from texting.models.conversation import PREVIEW_LENGTH
from texting.outgoing_webhooks import EventKind
from texting.phone_numbers import PhoneNumber, mask, prefix
from texting.private_texts import words_instead
from texting.searching.keeping import keep_names

# Every text that comes in asks these; written out, since Django takes longer to compose them than PostgreSQL to answer.
_CONTACTS = """
    SELECT * FROM texting_contact WHERE organization_id = %s AND number_index = ANY(%s::bytea[]) FOR KEY SHARE
"""  # a contact who is just ending is waited for, and has no number then; the locks of references come with the commit
_LOCKED = """
    SELECT * FROM texting_conversation
    WHERE organization_id = %s AND contact_id = ANY(%s::uuid[]) AND line_id = %s AND status = 'open'
    ORDER BY id FOR NO KEY UPDATE
"""  # other rows may still refer to them


def contact_for(number: PhoneNumber, *, name: str = "") -> Contact:
    """The contact with this number; a new one when there is none. An existing contact keeps its name."""
    return contacts_for([number], name=name)[number.e164]


def contacts_for(numbers: Iterable[PhoneNumber], *, name: str = "") -> dict[str, Contact]:
    """The contacts with these numbers by E.164, new ones where there are none, in one or three statements."""
    found = known_or_new(numbers, name=name)
    stored = _store_contacts(found.values())
    _show_as_customers(stored.values())
    return {number: stored[contact.pk] for number, contact in found.items()}


def contacts_named(names: Mapping[PhoneNumber, str]) -> dict[str, Contact]:
    """`contacts_for` with a name for each; who is known already keeps their name."""
    found = known_or_new(names)
    called = {number.e164: name for number, name in names.items()}
    for number, contact in found.items():
        if contact._state.adding:
            contact.name = called[number]
    stored = _store_contacts(found.values())
    _show_as_customers(stored.values())
    return {number: stored[contact.pk] for number, contact in found.items()}


def phone_of_colleague(number: PhoneNumber) -> Contact:
    """The contact with this number for sign-in codes; a new one is on no list of customers."""
    [contact] = known_or_new([number]).values()
    contact.only_codes = contact.only_codes or contact._state.adding
    return _store_contacts([contact])[contact.pk]


def _show_as_customers(contacts: Iterable[Contact]) -> None:
    """A colleague's phone turns out to be a customer's too."""
    hidden = [contact for contact in contacts if contact.only_codes]
    if hidden:
        Contact.objects.filter(pk__in=[contact.pk for contact in hidden]).update(only_codes=False)
    for contact in hidden:
        contact.only_codes = False


def known_or_new(numbers: Iterable[PhoneNumber], *, name: str = "") -> dict[str, Contact]:
    """The contacts with these numbers by E.164; where there is none, one that is not stored. One statement."""
    wanted = {blind_index(NUMBER_INDEX, number.e164): number for number in numbers}
    found = _contacts(wanted)
    return {
        number.e164: found.get(index)
        or Contact(
            name=name,
            number=number.e164,
            number_index=index,
            number_masked=mask(number.e164),
            region=number.region or "",
            number_kind=number.kind,
            prefix_index=blind_index(PREFIX_INDEX, prefix(number.e164)),
        )
        for index, number in wanted.items()
    }


def _store_contacts(contacts: Iterable[Contact]) -> dict[UUID, Contact]:
    """Store the new ones. By the id each had: itself, or the one that somebody else made this instant."""
    contacts = list(contacts)
    stored = {contact.pk: contact for contact in contacts}
    if new := [contact for contact in contacts if contact._state.adding]:
        fetch_current_keys(new, make=len(new) > 1)
        Contact.objects.bulk_create(new, ignore_conflicts=True)
        found = _contacts(bytes(contact.number_index) for contact in new)
        stored |= {contact.pk: found[bytes(contact.number_index)] for contact in new}
        keep_names((contact for contact in new if stored[contact.pk].pk == contact.pk), new=True)
    return stored


def _contacts(indexes: Iterable[bytes]) -> dict[bytes, Contact]:
    found = read_rows(Contact, _CONTACTS, [octets(indexes)])
    return {bytes(contact.number_index): contact for contact in found}


def open_conversation(contact: Contact, line: Line, *, at: datetime) -> Conversation:
    """The open conversation of this contact on this line, a new one if need be; locked until the transaction ends."""
    return open_conversations([contact], line, at=at)[contact.pk]


def open_conversations(contacts: Iterable[Contact], line: Line, *, at: datetime) -> dict[UUID, Conversation]:
    """`open_conversation` by contact, for many, in one or three statements; locked in one order."""
    wanted = {contact.pk: contact for contact in contacts}
    found = open_ones(wanted.values(), line)
    if missing := sorted(wanted.keys() - found.keys()):
        new = [
            Conversation(contact_id=pk, line=line, status=Conversation.Status.OPEN, opened_at=at, last_activity_at=at)
            for pk in missing
        ]
        Conversation.objects.bulk_create(new, ignore_conflicts=True)
        found |= open_ones([wanted[pk] for pk in missing], line)
        for conversation in new:
            if found[conversation.contact_id].pk == conversation.pk:  # and not one that somebody else just opened
                outgoing_webhooks.tell_conversation(EventKind.CONVERSATION_OPENED, conversation)
    return found


def open_ones(contacts: Iterable[Contact], line: Line) -> dict[UUID, Conversation]:
    """The open conversations of these contacts on this line, by contact, locked in one order. One statement."""
    wanted = {contact.pk: contact for contact in contacts}
    rows = read_rows(Conversation, _LOCKED, [uuids(wanted), line.pk])
    found = {conversation.contact_id: conversation for conversation in rows}
    for pk, conversation in found.items():
        conversation.contact, conversation.line = wanted[pk], line
    return found


def open_or_new(contacts: Iterable[Contact], line: Line, *, at: datetime) -> dict[UUID, Conversation]:
    """The open conversations of these contacts on this line, locked; where there is none, one that is not stored."""
    wanted = {contact.pk: contact for contact in contacts}
    known = [contact for contact in wanted.values() if not contact._state.adding]
    found = open_ones(known, line) if known else {}
    for pk, contact in wanted.items():
        if pk not in found:
            found[pk] = Conversation(contact=contact, line=line, opened_at=at, last_activity_at=at)
    return found


def store_all(conversations: Iterable[Conversation], line: Line, *, at: datetime) -> dict[UUID, Conversation]:
    """What `open_or_new` gave, stored, with its contacts, by the contact's id at the time. Nothing for what is."""
    stored = {conversation.contact_id: conversation for conversation in conversations}
    if new := [conversation for conversation in stored.values() if conversation._state.adding]:
        contacts = _store_contacts(conversation.contact for conversation in new)
        opened = open_conversations(contacts.values(), line, at=at)
        stored |= {before: opened[contact.pk] for before, contact in contacts.items()}
    return stored


def show_anew(message: Message) -> bool:
    """A text's words have changed: lists show the new ones, where it is its conversation's latest. Whether it is."""
    conversation = Conversation.objects.select_for_update(no_key=True).get(pk=message.conversation_id)
    texts = Message.objects.filter(conversation=conversation).order_by("-created_at", "-id")
    if texts.values_list("pk", flat=True).first() != message.pk:
        return False
    conversation.preview = _beginning(message)
    conversation.save(update_fields=["preview"])
    return True


def touch(conversation: Conversation, message: Message) -> None:
    """Show `message` as the conversation's latest. The caller holds the conversation's row lock."""
    touch_all([(conversation, message)])


def touch_all(texts: Iterable[tuple[Conversation, Message]], *, settled: Collection[UUID] = ()) -> None:
    """Show each text, in this order, as its conversation's latest. The caller holds the conversations' row locks.

    `settled`: ids of texts that nobody needs to read.
    """
    touched: dict[UUID, Conversation] = {}
    texts = list(texts)
    _show_as_customers(one.contact for one, _ in texts if one.contact.only_codes and not one.line.sends_codes)
    for conversation, message in texts:
        inbound = message.direction == Message.Direction.IN
        conversation.last_activity_at = max(conversation.last_activity_at, message.created_at)
        conversation.preview = _beginning(message)
        conversation.preview_is_ours = not inbound
        conversation.preview_media = message.media_kind
        if inbound:
            conversation.last_inbound_at = message.created_at
            conversation.unread += message.contact.blocked_at is None and message.pk not in settled
        touched[conversation.pk] = conversation
    fields = ["last_activity_at", "preview", "preview_is_ours", "preview_media", "last_inbound_at", "unread"]
    update_rows(list(touched.values()), fields)


def _beginning(message: Message) -> str:
    """What lists show of a text."""
    return (words_instead(message.purpose) or message.body or "")[:PREVIEW_LENGTH]
