"""What escalations quote of texts whose words have ended."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F, Func, JSONField

from compliance.models import EscalationEvent
from tenancy.arrays import among
from texting.models import EndedAs, Message


def forget(message_ids: Collection[UUID], ended_as: EndedAs) -> None:
    """The words that a text was judged by and the phrase that it held go; the trigger, rule and score stay."""
    texts = Message.objects.filter(pk__in=among(message_ids)).order_by()
    theirs = EscalationEvent.objects.filter(
        escalation__contact_id__in=texts.values("contact_id"),
        message_id__in=among(message_ids),
        facts__has_any_keys=["why", "phrase"],
    )
    left = Func(F("facts"), template="%(expressions)s - 'why' - 'phrase'", output_field=JSONField())
    theirs.update(facts=left)
