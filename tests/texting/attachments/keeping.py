"""Files as they stand in the database once everything went well."""

from accounts.models import Membership
from texting.attachments import storing
from texting.attachments.inspecting import inspect
from texting.models import Attachment, Message
from texting.models.message import MediaKind


def keep_file(message: Message, content: bytes, *, author: Membership | None = None, name: str = "") -> Attachment:
    """A file of this text; with an author one that lies in their composer of its thread. Needs the organization."""
    inspected = inspect(content)
    attachment = Attachment(
        message=None if author else message,
        author=author,
        conversation_id=message.conversation_id,
        contact_id=message.contact_id,
        name=name,
        created_at=message.created_at,
    )
    storing.keep(attachment, inspected, Attachment.Verdict.UNSCANNED)
    attachment.save(force_insert=True)
    storing.keep_bytes(attachment, inspected)
    if author is None:
        message.media_count = message.attachments.count()
        message.media_kind = MediaKind.PICTURE if inspected.kind.drawn else MediaKind.FILE
        message.save(update_fields=["media_count", "media_kind"])
    return attachment
