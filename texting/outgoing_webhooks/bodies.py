"""Makes the body of a call: what happened and, where an admin has allowed it, what it says.

Content is read here and nowhere else. A text or a name whose key was destroyed is null, also in an attempt that comes
after one that still had it.
"""

import json
from datetime import UTC, datetime
from typing import Any

from tenancy.encryption import prefetch, readable
from texting.models import Contact, Message, WebhookEndpoint, WebhookEvent
from texting.private_texts import words_instead


def body_of(event: WebhookEvent, endpoint: WebhookEndpoint) -> bytes:
    """JSON in UTF-8: type, timestamp, sequence, data. Needs the organization to be active."""
    data = dict(event.data)
    if endpoint.with_content:
        data["content"] = _content(data)
    return as_json(event, data)


def as_json(event: WebhookEvent, data: dict[str, Any]) -> bytes:
    """The body with this `data`."""
    body = {
        "type": event.kind,
        "timestamp": _written(event.occurred_at),
        "sequence": event.sequence,
        "data": {"organization_id": str(event.organization_id), **data},
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _content(data: dict[str, Any]) -> dict[str, str | None]:
    """Text, name and number of what the ids name; null for what is gone. Empty when they name nobody."""
    message = Message.objects.filter(pk=data["message_id"]).first() if "message_id" in data else None
    contact = Contact.objects.filter(pk=data["contact_id"]).first() if "contact_id" in data else None
    prefetch([message, contact])  # asks for the keys anew: one that was destroyed elsewhere opens nothing here
    found: dict[str, str | None] = {}
    if "message_id" in data:
        found["text"] = (words_instead(message.purpose) or readable(message, "body")) if message else None
    if "contact_id" in data:
        found["contact_name"] = readable(contact, "name") if contact else None
        found["contact_number"] = readable(contact, "number") if contact else None
    return found
