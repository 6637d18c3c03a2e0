"""Finds or makes the contact and the conversation of a text, and keeps what lists read on the conversation."""

from datetime import datetime

from django.db.models import F

from tenancy.encryption import blind_index
from texting.models import Contact, Conversation, Line, Message
from texting.models.contact import NUMBER_INDEX
from texting.phone_numbers import PhoneNumber, mask

PREVIEW_LENGTH = 120


def contact_for(number: PhoneNumber, *, name: str = "") -> Contact:
    """The contact with this number; a new one when there is none. An existing contact keeps its name."""
    index = blind_index(NUMBER_INDEX, number.e164)
    found = Contact.objects.filter(number_index=index).first()
    if found is None:
        new = Contact(
            name=name,
            number=number.e164,
            number_index=index,
            number_masked=mask(number.e164),
            region=number.region or "",
        )
        Contact.objects.bulk_create([new], ignore_conflicts=True)  # somebody else may have made it this instant
        found = Contact.objects.get(number_index=index)
    return found


def open_conversation(contact: Contact, line: Line, *, at: datetime) -> Conversation:
    """The open conversation of this contact on this line, a new one if need be; locked until the transaction ends."""
    locked = Conversation.objects.select_for_update(of=("self",), no_key=True)  # rows may still refer to it
    open_ones = locked.select_related("contact", "line", "line__team")
    this = {"contact": contact, "line": line, "status": Conversation.Status.OPEN}
    found = open_ones.filter(**this).first()
    if found is None:
        new = Conversation(**this, opened_at=at, last_activity_at=at)
        Conversation.objects.bulk_create([new], ignore_conflicts=True)
        found = open_ones.get(**this)
    return found


def touch(conversation: Conversation, message: Message) -> None:
    """Show `message` as the conversation's latest. The caller holds the conversation's row lock."""
    inbound = message.direction == Message.Direction.IN
    conversation.last_activity_at = max(conversation.last_activity_at, message.created_at)
    conversation.preview = message.body[:PREVIEW_LENGTH]
    conversation.preview_is_ours = not inbound
    fields = ["last_activity_at", "preview", "preview_is_ours"]
    if inbound:
        conversation.last_inbound_at = message.created_at
        conversation.unread = F("unread") + 1
        fields += ["last_inbound_at", "unread"]
    conversation.save(update_fields=fields)
    if inbound:
        conversation.refresh_from_db(fields=["unread"])
