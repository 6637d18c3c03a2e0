"""What sets rules off apart from texts: a conversation that is resolved, a tag that is put on."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from compliance.automations import triggering
from compliance.models import Automation
from tenancy.ids import new_id
from texting.models import Conversation, Tag, Turn

When = Automation.When


def ended(conversation: Conversation, kind: Turn.Kind) -> None:
    """`TEXTING_ENDING_STEPS`: it was resolved, now."""
    if kind != Turn.Kind.RESOLVED:
        return
    rules = [one for one in triggering.rules_on() if one.when == When.RESOLVED]
    if not rules:
        return
    row = triggering.trigger(
        f"resolved:{conversation.pk}:{new_id()}",  # a conversation may be resolved more than once
        rules,
        at=timezone.now(),
        contact_id=conversation.contact_id,
        conversation_id=conversation.pk,
        line_id=conversation.line_id,
    )
    triggering.write([row])


def tagged(tag: Tag, contact_ids: Sequence[UUID]) -> None:
    """`TEXTING_TAGGED_STEPS`: contacts that did not have the tag have it now."""
    rules = [one for one in triggering.rules_on() if one.when == When.TAGGED and one.facts.get("tag") == str(tag.pk)]
    if not rules:
        return
    now = timezone.now()
    triggering.write(
        [
            triggering.trigger(f"tagged:{tag.pk}:{contact}:{new_id()}", rules, at=now, contact_id=contact)
            for contact in contact_ids
        ]
    )
