"""The customer answers on the page: words, pictures, files. In the thread a text of theirs stands for it.

Three steps, because the virus scanner may have to be asked and no transaction may be open then: `cleaned`,
`look_into`, `take`. The words are sealed in a row of their own and opened by a click that is written down; pictures and
files are attachments of the text, recognized by their bytes and drawn anew like all others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.models import SecureMessage, SecureReply
from portal.secure.opening import show
from portal.secure.screening import Called, called, kept, note_names
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.ids import new_id
from texting import live, outgoing_webhooks, threads
from texting.attachments import storing
from texting.attachments.binding import kind_of_all
from texting.attachments.inspecting import Inspected, inspect
from texting.attachments.kinds import FileRefused
from texting.attachments.scanning import ScannerAway, scan
from texting.attachments.wording import reason_sentence
from texting.live import LiveKind
from texting.models import Attachment, Conversation, Message
from texting.statuses import MessageStatus

LONGEST = 5_000  # characters
MOST_FILES = 4  # at once
MOST_ANSWERS = 20  # to one message
STANDS_FOR_IT = "Answered on the private page"  # in the thread: kept, so in one language, whoever's the page is


class BadAnswer(ValueError):
    """It cannot be taken; the message says why and what to do."""


@dataclass(frozen=True)
class Looked:
    """A file that may be kept."""

    inspected: Inspected
    verdict: Attachment.Verdict
    original_size: int
    called: Called = field(default_factory=Called, repr=False)


@dataclass(frozen=True)
class Chosen:
    """A file as it came."""

    content: bytes = field(repr=False)
    name: str = field(repr=False)


def too_fast() -> str:
    """What somebody is told who answers again and again."""
    return _("That was quick. Wait a minute, then send it again.")


def look_into(files: Sequence[Chosen]) -> list[Looked]:
    """Scan, recognize, draw anew. Raises BadAnswer. No transaction may be open."""
    if len(files) > MOST_FILES:
        raise BadAnswer(_("Send at most %(most)d files at once.") % {"most": MOST_FILES})
    return [_looked(file) for file in files]


def cleaned(body: str, *, may_be_empty: bool) -> str:
    """The words without outer white space. Raises BadAnswer."""
    text = body.replace("\r\n", "\n").replace("\x00", "").strip()
    if not text and not may_be_empty:
        raise BadAnswer(_("Write something, or choose a file."))
    if len(text) > LONGEST:
        raise BadAnswer(_("Write at most %(most)s characters.") % {"most": f"{LONGEST:,}"})
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise BadAnswer(_("It holds characters that cannot be kept. Type it again instead of pasting it."))
    return text


def take(secure_id: UUID, *, body: str, files: Sequence[Looked]) -> SecureReply:
    """Store the answer, show it in the thread as a text that nobody has read. The caller has checked the visit.

    Card numbers, their codes and passwords leave a mask (`portal.secure.screening`), in the names of files identity
    numbers, too: names stand in the thread.

    Raises BadAnswer when there are too many already. A conversation that was resolved is followed by a new one.
    """
    rows = SecureMessage.objects.select_for_update(of=("self",)).select_related("message__line", "contact")
    secure = rows.get(pk=secure_id)
    if secure.replies.count() >= MOST_ANSWERS:
        raise BadAnswer(_("You have answered often here. Call us, or wait for our next message."))
    now = timezone.now()
    conversation = threads.open_conversation(secure.contact, secure.message.line, at=now)
    message = Message(
        id=new_id(),
        conversation=conversation,
        contact=secure.contact,
        line=secure.message.line,
        direction=Message.Direction.IN,
        body=STANDS_FOR_IT,
        status=MessageStatus.RECEIVED,
        created_at=now,
    )
    attachments = [_attachment(message, conversation, file, place) for place, file in enumerate(files)]
    message.media_count, message.media_kind = len(attachments), kind_of_all(attachments)
    message.save(force_insert=True)
    note_names([file.called for file in files], message=message)
    for attachment, file in zip(attachments, files, strict=True):
        attachment.save(force_insert=True)
        storing.keep_bytes(attachment, file.inspected)
    reply = SecureReply.objects.create(
        secure=secure, contact=secure.contact, message=message, body=kept(body), created_at=now
    )
    threads.touch(conversation, message)
    audit.record(event=AuditKind.SECURE_REPLY_RECEIVED, actor=None, object=reply, files=len(files))
    live.publish(kind=LiveKind.MESSAGE, conversation=conversation.pk, message=message.pk, line=message.line_id)
    outgoing_webhooks.tell_received(message)
    show(secure)
    return reply


def _attachment(message: Message, conversation: Conversation, file: Looked, place: int) -> Attachment:
    attachment = Attachment(
        message=message,
        conversation=conversation,
        contact_id=message.contact_id,
        position=place,
        name=file.called.name,
        original_size=file.original_size,
        created_at=message.created_at,
    )
    storing.keep(attachment, file.inspected, file.verdict)
    return attachment


def _looked(file: Chosen) -> Looked:
    try:
        verdict = scan(file.content)
        if verdict is Attachment.Verdict.INFECTED:
            raise BadAnswer(_("This file holds a virus. It was not kept."))
        return Looked(inspect(file.content), verdict, len(file.content), called(file.name))
    except ScannerAway:
        raise BadAnswer(_("Files cannot be checked at this moment. Try again in a minute.")) from None
    except FileRefused as refused:
        raise BadAnswer(reason_sentence(refused.reason)) from None
