"""The bytes of an attachment in the database: cut into parts, each sealed by itself.

They stay in PostgreSQL, and not in a folder or a bucket, so that row security, backups, restores and the destruction of
keys hold for them as for every text (docs/decisions/0025-attachments.md).
"""

import hashlib
from uuid import UUID, uuid5

from tenancy.encryption import Undecryptable, blind_index, fetch_current_keys, prefetch
from texting.attachments.inspecting import Inspected
from texting.models import Attachment, AttachmentChunk
from texting.models.attachment import DIGEST_INDEX

PART_BYTES = 256 * 1024
FILE, THUMBNAIL = "file", "thumbnail"


def keep(attachment: Attachment, inspected: Inspected, verdict: str) -> None:
    """Store the bytes, and on the unsaved attachment what is known of them. The caller saves it, row locked or new."""
    attachment.state, attachment.reason, attachment.verdict = Attachment.State.HERE, "", verdict
    attachment.content_type, attachment.size = inspected.kind.content_type, len(inspected.content)
    attachment.width, attachment.height = inspected.width, inspected.height
    attachment.has_thumbnail = bool(inspected.thumbnail)
    attachment.digest = _digest(inspected.content)
    attachment.source = ""


def keep_bytes(attachment: Attachment, inspected: Inspected) -> None:
    """Store the parts of a stored attachment."""
    parts = [*_parts(attachment, FILE, inspected.content), *_parts(attachment, THUMBNAIL, inspected.thumbnail)]
    fetch_current_keys(parts)
    AttachmentChunk.objects.bulk_create(parts)


def read(attachment: Attachment) -> bytes:
    """The file. Raises KeyDestroyed; Undecryptable when a part is missing, moved or altered."""
    content = _joined(attachment, FILE, -(-attachment.size // PART_BYTES))
    if len(content) != attachment.size or _digest(content) != bytes(attachment.digest or b""):
        raise Undecryptable("the parts of an attachment do not make the whole")
    return content


def read_thumbnail(attachment: Attachment) -> bytes:
    """The small picture; one part always. Raises KeyDestroyed, Undecryptable."""
    return _joined(attachment, THUMBNAIL, 1)


def remove(attachments: list[Attachment]) -> None:
    """Delete unsent attachments with their bytes, children first."""
    AttachmentChunk.objects.filter(attachment__in=attachments).delete()
    Attachment.objects.filter(pk__in=[one.pk for one in attachments], message__isnull=True).delete()


def _joined(attachment: Attachment, what: str, count: int) -> bytes:
    ids = [_id(attachment.pk, what, number) for number in range(count)]
    found = {chunk.pk: chunk for chunk in AttachmentChunk.objects.filter(pk__in=ids, attachment=attachment)}
    if len(found) < count:
        raise Undecryptable("a part of an attachment is missing")
    prefetch(found.values())
    return b"".join(found[pk].content for pk in ids)


def _parts(attachment: Attachment, what: str, content: bytes) -> list[AttachmentChunk]:
    step = PART_BYTES if what == FILE else max(1, len(content))
    return [
        AttachmentChunk(
            id=_id(attachment.pk, what, number),
            attachment=attachment,
            contact_id=attachment.contact_id,
            content=content[at : at + step],
            created_at=attachment.created_at,
        )
        for number, at in enumerate(range(0, len(content), step))
    ]


def _id(attachment_id: UUID, what: str, number: int) -> UUID:
    return uuid5(attachment_id, f"{what}/{number}")


def _digest(content: bytes) -> bytes:
    return blind_index(DIGEST_INDEX, hashlib.sha256(content).hexdigest())
