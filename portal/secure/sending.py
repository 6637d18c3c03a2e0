"""A member sends securely: the content is sealed, and the text holds the company's name and a link."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from portal import links
from portal.links import Kind
from portal.models import SecureMessage
from portal.secure import sealing
from portal.secure.answers import fact_hash
from portal.secure.screening import objection
from portal.secure.settings import portal_settings
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.ids import new_id
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting import conversations
from texting.conversations import NotPossible
from texting.gate import OutsideHours
from texting.models import Conversation, Message
from texting.purposes import Purpose
from texting.sending import BadText, Refused

LONGEST = 10_000  # characters
Check = SecureMessage.Check


class BadContent(ValueError):
    """What cannot be sent; the message says why and what to do."""


@dataclass(frozen=True)
class Wish:
    """What a member wants to send. `fact` as `portal.secure.facts` writes it; "" with a code by text."""

    content: str
    check: SecureMessage.Check = Check.CODE
    fact: str = ""


def send(*, member: Membership, conversation: Conversation, wish: Wish, message_id: UUID) -> SecureMessage:
    """Seal it and text the link. `message_id` makes a repeated request harmless.

    Raises BadContent; BadText, Refused and NotPossible as `texting.conversations.reply`, after which nothing is kept
    but the gate's decision. The text waits by itself for the customer's hours.
    """
    require(member, Permission.PORTAL_SEND, Permission.MESSAGES_SEND)
    content = cleaned(wish.content)
    if problem := objection(content):
        raise BadContent(problem)
    if (wish.check == Check.CODE) == bool(wish.fact):
        raise BadContent(_("Say what the customer has to know to open it."))
    here = portal_settings()
    if here.own_address:
        raise NotPossible(_("Private messages are written in your own portal. Send its address instead."))
    Conversation.objects.select_for_update(of=("self",), no_key=True).get(pk=conversation.pk)  # two requests at once
    if repeated := SecureMessage.objects.filter(message_id=message_id, contact_id=conversation.contact_id).first():
        return repeated
    if Message.objects.filter(pk=message_id).exists():
        message_id = new_id()  # of a text that is something else
    secure_id, half, now = new_id(), sealing.new_half(), timezone.now()
    link = links.make_link(Kind.MESSAGE, secure_id)
    try:
        text = _text_with(member, conversation, f"{link.address}#{sealing.written(half)}", message_id)
    except (BadText, Refused, NotPossible):
        links.forget(secure_id)
        raise
    secure = SecureMessage(
        id=secure_id,
        conversation=text.message.conversation,
        contact_id=text.message.contact_id,
        author=member,
        message=text.message,
        content=sealing.seal_content(content, half=half, message_id=secure_id),
        check_by=wish.check,
        fact=fact_hash(secure_id, wish.fact) if wish.fact else None,
        most_views=here.most_views,
        expires_at=now + timedelta(days=here.days),
        created_at=now,
    )
    if here.works_without_script:
        secure.kept_half = sealing.keep_half(half, code=link.code, message_id=secure_id)
    secure.save(force_insert=True)
    audit.record(
        event=AuditKind.SECURE_MESSAGE_SENT,
        actor=member,
        object=secure,
        conversation=str(secure.conversation_id),
        check=wish.check.value,
    )
    return secure


def send_own_address(*, member: Membership, conversation: Conversation, message_id: UUID) -> None:
    """Text the address of the organization's own portal. Raises as `send`."""
    require(member, Permission.PORTAL_SEND, Permission.MESSAGES_SEND)
    address = portal_settings().own_address
    if not address:
        raise NotPossible(_("No address of a portal is set. Ask an admin."))
    text = _text_with(member, conversation, address, message_id, purpose=Purpose.REPLY)
    audit.record(event=AuditKind.SECURE_ADDRESS_SENT, actor=member, object=text.message)


def cleaned(content: str) -> str:
    """The content without outer white space. Raises BadContent."""
    text = content.replace("\r\n", "\n").strip()
    if not text:
        raise BadContent(_("Write something first."))
    if len(text) > LONGEST:
        raise BadContent(_("A private message holds at most %(most)s characters.") % {"most": f"{LONGEST:,}"})
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise BadContent(_("It holds characters that cannot be kept. Type it again instead of pasting it."))
    return text


def _text_with(
    member: Membership,
    conversation: Conversation,
    address: str,
    message_id: UUID,
    *,
    purpose: Purpose = Purpose.PRIVATE_LINK,
) -> conversations.Reply:
    company = Organization.objects.get(pk=current_organization_id()).name
    return conversations.reply(
        member=member,
        conversation=conversation,
        body=f"{company}: {address}",
        message_id=message_id,
        purpose=purpose,
        outside_hours=OutsideHours.WAIT,
    )
