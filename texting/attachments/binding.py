"""Puts a member's files on the text that they go out with, in the transaction that queues it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Membership
from texting.attachments.allowance import allowance_for
from texting.models import Attachment, Contact, Line, Message
from texting.models.message import MediaKind


class BadFiles(ValueError):
    """The files cannot go with a text; the message says why and what to do."""


def ready(
    ids: Sequence[UUID], *, author: Membership | None, contact: Contact, line: Line, message_id: UUID | None = None
) -> list[Attachment]:
    """The author's own unsent files of this thread in the order of `ids`, locked. Raises BadFiles.

    Those that wait for a second person go with the text that they wait with (`message_id`) and no other.
    """
    if not ids:
        return []
    allowance = allowance_for(line)
    if allowance.why_not:
        raise BadFiles(allowance.why_not)
    rows = Attachment.objects.select_for_update(of=("self",)).filter(
        free_or_with(message_id),
        message__isnull=True,
        author=author,
        contact=contact,
        conversation__line=line,
        pk__in=list(ids),
    )
    found = {row.pk: row for row in rows if row.may_be_opened}
    if len(found) < len(set(ids)):
        raise BadFiles(_("A file is not there any more. Look at what is attached and send it again."))
    files = [found[pk] for pk in dict.fromkeys(ids)]
    if len(files) > allowance.most or sum(file.size for file in files) > allowance.room:
        raise BadFiles(_("That is more than one text carries. %(what)s") % {"what": allowance.sentence})
    return files


def free_or_with(message_id: UUID | None) -> Q:
    """Files that wait for nothing, or with this text."""
    free = Q(held_for__isnull=True)
    return free | Q(held_for=message_id) if message_id else free


def hold(ids: Sequence[UUID], *, message_id: UUID) -> None:
    """From now on these unsent files wait with the text that will have this id, in this order."""
    for position, file_id in enumerate(ids):
        Attachment.objects.filter(pk=file_id, message__isnull=True).update(held_for=message_id, position=position)


def held_with(message_id: UUID) -> list[Attachment]:
    """The files that wait with this text, in their order."""
    return list(Attachment.objects.filter(held_for=message_id).order_by("position", "id"))


def give(message_id: UUID, member: Membership) -> None:
    """What waits with this text is from now on of another member, who sends it."""
    Attachment.objects.filter(held_for=message_id).update(author=member)


def release(message_id: UUID) -> None:
    """They wait no more: their author's composer shows them again."""
    Attachment.objects.filter(held_for=message_id).update(held_for=None, position=0)


def kind_of_all(files: Iterable[Attachment]) -> str:
    """What a list says of a text with these files."""
    pictures = [file.has_thumbnail for file in files]
    if not pictures:
        return ""
    return MediaKind.PICTURE if all(pictures) else MediaKind.FILE


def bind(message: Message, files: Sequence[Attachment]) -> None:
    """From now on they are the stored text's."""
    for position, file in enumerate(files):
        file.message, file.position, file.conversation_id = message, position, message.conversation_id
        file.held_for = None
        file.save(update_fields=["message", "position", "conversation", "held_for"])
