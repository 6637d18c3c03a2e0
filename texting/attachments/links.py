"""Addresses at which a provider fetches a file of one of our texts: 128 random bits, for one attempt, for a while.

The provider cannot sign in, so knowing the address is the permission. It is stored hashed, ends with the next attempt,
after `LIFETIME`, and when the text has come to its end, whichever is first.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from tenancy.encryption import EncryptionError
from tenancy.isolation import activate, current_organization_id
from texting.attachments import storing
from texting.models import Attachment, MediaLink, Message
from texting.statuses import FINAL

LIFETIME = timedelta(hours=1)


@dataclass(frozen=True)
class File:
    """What is handed out."""

    content_type: str
    content: bytes = field(repr=False)


def attachments_of(messages: Sequence[Message]) -> dict[UUID, list[Attachment]]:
    """The files of texts that have some, in their order; one query, none when no text has any."""
    ids = [message.pk for message in messages if message.media_count]
    found: dict[UUID, list[Attachment]] = {}
    if ids:
        for row in Attachment.objects.filter(message_id__in=ids).order_by("message_id", "position"):
            found.setdefault(row.message_id, []).append(row)  # type: ignore[arg-type]
    return found


def open_links(files: dict[UUID, list[Attachment]], attempts: dict[UUID, int]) -> dict[UUID, tuple[str, ...]]:
    """New addresses for the files of texts, by text, for this attempt at each; earlier ones end."""
    files = {message_id: rows for message_id, rows in files.items() if message_id in attempts}
    if not files:
        return {}
    MediaLink.objects.filter(message_id__in=list(files)).delete()
    organization_id, expires = current_organization_id(), timezone.now() + LIFETIME
    links, addresses = [], {}
    for message_id, rows in files.items():
        tokens = [secrets.token_urlsafe(16) for _ in rows]
        addresses[message_id] = tuple(f"{settings.PUBLIC_BASE_URL}/media/{token}" for token in tokens)
        links += [
            MediaLink(
                token_hash=_hash(token),
                organization_id=organization_id,
                attachment_id=row.pk,
                message_id=message_id,
                attempt=attempts[message_id],
                expires_at=expires,
            )
            for token, row in zip(tokens, rows, strict=True)
        ]
    MediaLink.objects.bulk_create(links)
    return addresses


def file_at(token: str) -> File | None:
    """The file at this address, while it counts."""
    link = MediaLink.objects.filter(token_hash=_hash(token), expires_at__gt=timezone.now()).first()
    if link is None:
        return None
    with activate(link.organization_id):
        rows = Attachment.objects.select_related("message")
        row = rows.filter(pk=link.attachment_id, message_id=link.message_id).first()
        if row is None or row.message is None or row.message.status in FINAL or not row.may_be_opened:
            return None
        try:
            return File(row.content_type, storing.read(row))
        except EncryptionError:
            return None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
