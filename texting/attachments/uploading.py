"""A member puts a file into the composer: looked into, made to fit, kept sealed until it is sent or taken out again.

Three steps, because the scanner may have to be asked and no transaction may be open then: `room_in`, `look_into`,
`keep`.
"""

from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from texting.attachments import naming, storing
from texting.attachments.allowance import allowance_for
from texting.attachments.binding import BadFiles
from texting.attachments.inspecting import Inspected, inspect_for_sending
from texting.attachments.kinds import FileRefused, Reason
from texting.attachments.scanning import ScannerAway, scan
from texting.attachments.wording import reason_sentence
from texting.kept_words import kept
from texting.models import Attachment, Conversation

LONGEST_ALT = 300  # characters


@dataclass(frozen=True)
class Looked:
    """A file that may be kept."""

    inspected: Inspected
    verdict: Attachment.Verdict
    original_size: int
    name: str = field(default="", repr=False)


def room_in(*, member: Membership, conversation: Conversation) -> int:
    """How many bytes another file of the member's may have. Raises BadFiles when there is no room."""
    require(member, Permission.MESSAGES_SEND)
    allowance = allowance_for(conversation.line)
    if allowance.why_not:
        raise BadFiles(allowance.why_not)
    sizes = [file.size for file in _unsent(member, conversation)]
    room = allowance.room - sum(sizes)
    if len(sizes) >= allowance.most or room < 1000:
        raise BadFiles(reason_sentence(Reason.TOO_MANY))
    return room


def look_into(content: bytes, *, name: str, room: int) -> Looked:
    """Scan, recognize, draw anew, make smaller. Raises BadFiles, also for a name that holds what must not be kept.

    No transaction may be open.
    """
    called = naming.plain(name)
    if kept(called) != called:
        raise BadFiles(
            _("The file's name holds a card, social security or secret number. Rename the file, then choose it again.")
        )
    try:
        verdict = scan(content)
        if verdict is Attachment.Verdict.INFECTED:
            raise BadFiles(reason_sentence(Reason.INFECTED))
        return Looked(inspect_for_sending(content, room=room), verdict, len(content), naming.cut(called))
    except ScannerAway:
        raise BadFiles(_("The virus scanner does not answer. Try again in a minute.")) from None
    except FileRefused as refused:
        raise BadFiles(reason_sentence(refused.reason)) from None


def keep(*, member: Membership, conversation: Conversation, looked: Looked) -> Attachment:
    """Store it for this member and thread. Raises BadFiles when others took the room meanwhile."""
    Conversation.objects.select_for_update(of=("self",), no_key=True).get(pk=conversation.pk)
    if room_in(member=member, conversation=conversation) < len(looked.inspected.content):
        raise BadFiles(reason_sentence(Reason.TOO_MANY))
    attachment = Attachment(
        conversation=conversation,
        contact_id=conversation.contact_id,
        author=member,
        name=looked.name,
        original_size=looked.original_size,
        created_at=timezone.now(),
    )
    storing.keep(attachment, looked.inspected, looked.verdict)
    attachment.save(force_insert=True)
    storing.keep_bytes(attachment, looked.inspected)
    return attachment


def take_out(*, member: Membership, attachment: Attachment) -> None:
    """Remove one that was not sent (`queries.access_unsent`)."""
    require(member, Permission.MESSAGES_SEND)
    storing.remove([attachment])


def describe(*, member: Membership, attachment: Attachment, alt: str) -> None:
    """Say what a picture shows, for colleagues who do not see it; what must not be kept leaves a mask."""
    require(member, Permission.MESSAGES_SEND)
    attachment.alt = kept(" ".join(alt.replace("\x00", "").split()))[:LONGEST_ALT]
    attachment.save(update_fields=["alt"])


def _unsent(member: Membership, conversation: Conversation) -> list[Attachment]:
    rows = Attachment.objects.filter(
        message__isnull=True,
        held_for__isnull=True,
        author=member,
        contact_id=conversation.contact_id,
        conversation__line=conversation.line_id,
    )
    return list(rows.only("id", "size"))
