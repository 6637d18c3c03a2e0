"""Where a rule acts for somebody without a conversation: in one that is not stored, and opens when the rule acts."""

from uuid import UUID

from django.utils import timezone

from texting.models import Contact, Conversation, Line
from texting.threads import open_or_new


def unopened(contact_id: UUID, line_id: UUID) -> Conversation | None:
    """With this contact on this line; None where the contact is blocked or gone, or the line takes no texts."""
    contact = Contact.objects.filter(pk=contact_id, blocked_at=None).first()
    lines = Line.objects.select_related("team").filter(sends_codes=False, is_active=True)
    line = lines.filter(pk=line_id).first()
    if contact is None or line is None:
        return None
    return open_or_new([contact], line, at=timezone.now())[contact.pk]
