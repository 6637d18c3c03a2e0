"""Writes down what a customer's text has with it, in the transaction that stores the text. Nothing is fetched here."""

import json
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from tenancy.encryption import fetch_current_keys
from tenancy.isolation import current_organization_id
from texting.attachments.doorbell import ring
from texting.models import Attachment, AttachmentDue, Message
from texting.models.message import MediaKind
from texting.providers.base import Media

MOST = 10  # files of one text; no carrier carries more


def declared_kind(media: Sequence[Media]) -> str:
    """What a list says of a text before its files are here."""
    if not media:
        return ""
    pictures = all(one.content_type.lower().startswith("image/") for one in media)
    return MediaKind.PICTURE if pictures else MediaKind.FILE


def note_arrived(texts: Iterable[tuple[Message, Sequence[Media]]]) -> None:
    """Note the files of stored texts, with two statements for all of them and none when there are no files."""
    rows = [
        Attachment(
            message=message,
            conversation_id=message.conversation_id,
            contact_id=message.contact_id,
            position=position,
            source=json.dumps({"url": one.url, "type": one.content_type}),
            created_at=message.created_at,
        )
        for message, media in texts
        for position, one in enumerate(media[:MOST])
    ]
    if not rows:
        return
    fetch_current_keys(rows)
    Attachment.objects.bulk_create(rows)
    now, organization_id = timezone.now(), current_organization_id()
    AttachmentDue.objects.bulk_create(
        AttachmentDue(attachment_id=row.pk, organization_id=organization_id, due_at=now, noted_at=now) for row in rows
    )
    transaction.on_commit(ring, robust=True)
