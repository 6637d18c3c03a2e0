"""What a customer wrote on a private page, when the text that stands for it in the thread has ended."""

from collections.abc import Collection
from uuid import UUID

from portal.models import SecureReply
from tenancy.arrays import among
from texting.models import EndedAs


def forget(message_ids: Collection[UUID], ended_as: EndedAs) -> None:
    """The answer is empty from now on; not where a period ended the text, since answers have one of their own."""
    if ended_as == EndedAs.RETENTION:
        return
    SecureReply.objects.filter(message_id__in=among(message_ids)).update(body=None)
