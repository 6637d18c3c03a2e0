"""Pictures and files as a member may see them, and the one way to their bytes.

What a picture shows cannot be masked, so members who may not see names and numbers are told that there is one and
nothing more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from tenancy.encryption import prefetch, readable
from texting.attachments.kinds import KINDS
from texting.attachments.wording import kind_word, reason_sentence, size_words
from texting.models import Attachment, Conversation, Message
from texting.queries.access import NotYours, visible_conversations
from texting.queries.seeing import sees

_SIDE = 240  # points: the longer side of a picture in a thread


@dataclass(frozen=True)
class ShownFile:
    """One picture or file. `sentence` says why it is not opened or what is left to know; `size` is in words.

    `width` and `height` are those of the small picture on the page.
    """

    id: UUID
    is_picture: bool
    may_open: bool
    is_waiting: bool
    kind: str
    size: str
    name: str
    alt: str
    sentence: str
    width: int = 0
    height: int = 0

    @property
    def key(self) -> str:
        """The id as a session keeps it."""
        return str(self.id)


def files_of(member: Membership, messages: Iterable[Message]) -> dict[UUID, tuple[ShownFile, ...]]:
    """The files of these texts by text; one query, none when no text has any."""
    ids = [message.pk for message in messages if message.media_count]
    if not ids:
        return {}
    rows = list(Attachment.objects.filter(message_id__in=ids).order_by("message_id", "position"))
    found: dict[UUID, list[ShownFile]] = {}
    for row, shown in zip(rows, _shown_all(member, rows), strict=True):
        found.setdefault(row.message_id, []).append(shown)  # type: ignore[arg-type]
    return {message_id: tuple(files) for message_id, files in found.items()}


def files_waiting(member: Membership, message_ids: Iterable[UUID]) -> dict[UUID, tuple[ShownFile, ...]]:
    """The files that wait with texts for a second person, by the id that the text will have; one query.

    The caller has checked that the member may read these texts.
    """
    rows = list(Attachment.objects.filter(held_for__in=list(message_ids)).order_by("held_for", "position", "id"))
    found: dict[UUID, list[ShownFile]] = {}
    for row, shown in zip(rows, _shown_all(member, rows), strict=True):
        found.setdefault(row.held_for, []).append(shown)  # type: ignore[arg-type]
    return {message_id: tuple(files) for message_id, files in found.items()}


def unsent_files(member: Membership, conversation: Conversation) -> tuple[ShownFile, ...]:
    """What the member has put into the composer of this thread and not sent yet."""
    if not member.may(Permission.MESSAGES_SEND):
        return ()
    rows = Attachment.objects.filter(
        message__isnull=True,
        held_for__isnull=True,
        author=member,
        contact_id=conversation.contact_id,
        conversation__line=conversation.line_id,
    )
    found = list(rows.order_by("created_at", "id"))
    return tuple(_shown_all(member, found, own=True))


def shown_file(member: Membership, attachment: Attachment) -> ShownFile:
    """One that the member has just put into the composer or opened; the caller has checked that they may."""
    return _shown_all(member, [attachment], own=True)[0]


def access_attachment(member: Membership, attachment_id: UUID) -> Attachment:
    """One whose bytes the member may have. Raises NotYours, also for what nobody is to open."""
    found = Attachment.objects.filter(pk=attachment_id).first()
    if found is None or not found.may_be_opened:
        raise NotYours
    own = found.author_id == member.pk and found.message_id is None
    to_decide = found.held_for is not None and member.may(Permission.MESSAGES_APPROVE)
    if not (own or sees(member, found.contact_id)) or (found.message_id is None and not (own or to_decide)):
        raise NotYours
    if not visible_conversations(member).filter(pk=found.conversation_id).exists():
        raise NotYours
    return found


def is_from_customer(attachment: Attachment) -> bool:
    """Whether it came with a customer's text. One query."""
    text = attachment.message_id
    return text is not None and Message.objects.filter(pk=text, direction=Message.Direction.IN).exists()


def access_unsent(member: Membership, conversation: Conversation, attachment_id: UUID) -> Attachment:
    """One of the member's own that was not sent yet, its row locked. Raises NotYours."""
    rows = Attachment.objects.select_for_update(of=("self",)).filter(
        message__isnull=True,
        held_for__isnull=True,
        author=member,
        contact_id=conversation.contact_id,
        conversation__line=conversation.line_id,
    )
    found = rows.filter(pk=attachment_id).first()
    if found is None:
        raise NotYours
    return found


def download_name(attachment: Attachment) -> str:
    """What a saved file is called: its own name without its ending, or what it is, and the ending of what it is."""
    ending = KINDS[attachment.content_type].ending
    stem = (readable(attachment, "name", "") or "").rpartition(".")[0] or kind_word(attachment.content_type).lower()
    return f"{stem.replace(' ', '-')}.{ending}"


def _shown_all(member: Membership, rows: Sequence[Attachment], *, own: bool = False) -> list[ShownFile]:
    opened = [row for row in rows if own or sees(member, row.contact_id)]
    prefetch(opened)
    return [_shown(row) if row in opened else _closed(row) for row in rows]


def _closed(row: Attachment) -> ShownFile:
    sentence = _("Hidden, because a picture or file can show who the customer is.")
    return ShownFile(row.pk, False, False, False, _kind(row), "", "", "", sentence)


def _shown(row: Attachment) -> ShownFile:
    waiting = row.state == Attachment.State.WAITING
    width, height = _scaled(row.width, row.height)
    alt = readable(row, "alt", None)
    erased = row.state == Attachment.State.GONE or alt is None
    return ShownFile(
        id=row.pk,
        is_picture=row.has_thumbnail and not erased,
        may_open=row.may_be_opened and not erased,
        is_waiting=waiting,
        kind=_kind(row),
        size=size_words(row.size) if row.size and not erased else "",
        name=readable(row, "name", "") or "",
        alt=alt or "",
        sentence=(readable(row, "alt", _("Erased")) or "") if erased else _sentence(row, waiting=waiting),
        width=width,
        height=height,
    )


def _sentence(row: Attachment, *, waiting: bool) -> str:
    if row.reason:
        return reason_sentence(row.reason)
    if waiting:
        return _("Is being fetched")
    if row.verdict == Attachment.Verdict.UNSCANNED and not row.has_thumbnail:
        return _("Not scanned for viruses")
    return ""


def _kind(row: Attachment) -> str:
    return kind_word(row.content_type)


def _scaled(width: int, height: int) -> tuple[int, int]:
    factor = min(1.0, _SIDE / max(width, height, 1))
    return max(1, round(width * factor)), max(1, round(height * factor))
