"""What the conditions of rules are asked of: a conversation as it is now, and the text that set them off."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from compliance.automations import hours
from compliance.automations.kinds import ids
from compliance.escalations.current import open_for
from compliance.escalations.own_hours import hours_now
from compliance.message_templates.picking import language_of
from compliance.models import Automation
from compliance.words.plain_words import norm
from tenancy.encryption import readable
from texting.fields.reading import written
from texting.filtering.looking import ids_of
from texting.filtering.saving import access_saved, wish_of
from texting.models import Contact, ContactField, ContactTag, Conversation, Message, Tag
from texting.queries import NotYours


@dataclass
class Scene:
    """`at`: when it happened. `kinds`: what was found in the text. Each thing is looked up once, when it is asked."""

    conversation: Conversation
    at: datetime
    message_id: UUID | None = None
    kinds: list[str] = field(default_factory=list)

    @cached_property
    def words(self) -> str:
        """The text in plain words between spaces; " " where there is none, or its words have ended."""
        row = Message.objects.filter(pk=self.message_id).first() if self.message_id else None
        return f" {norm(readable(row, 'body', '') or '')} " if row else " "

    @cached_property
    def tags(self) -> set[UUID]:
        rows = ContactTag.objects.filter(contact=self.conversation.contact_id)
        return set(rows.values_list("tag_id", flat=True))

    def lacks_tag(self, tag: UUID) -> bool:
        """Whether they do not have it. Of a tag that is gone nobody can say so any more."""
        return tag not in self.tags and Tag.objects.filter(pk=tag).exists()

    @cached_property
    def is_open(self) -> bool:
        """Business hours of the line's team, when it happened."""
        return hours.is_open(self.at, hours_now(self.conversation.line.team_id))

    @cached_property
    def language(self) -> str:
        """In which the customer agreed to texts; English where nothing says so."""
        return language_of(self.conversation.contact) or "en"

    def field_is(self, pk: str, value: str) -> bool:
        """Whether the field holds this, whatever its capitals."""
        row = ContactField.objects.filter(pk=pk, archived_at=None).first()
        contact = self.conversation.contact_id
        return row is not None and written(row, [contact]).get(contact, "").casefold() == value.casefold()


def holds(rule: Automation, scene: Scene) -> bool:
    """Whether all or any of the rule's conditions hold; without any it acts always. For whoever is blocked none does.

    They may have been blocked after they set it off: hours later by a date, or by a text that nobody answered.
    """
    if scene.conversation.contact.blocked_at is not None:
        return False
    answers = (
        _fits_filter(rule, scene) if name == "filter" else _ASKED[name](scene, rule.conditions)
        for name in rule.conditions
        if name in _ASKED or name == "filter"
    )
    if not rule.conditions:
        return True
    return all(answers) if rule.needs_all else any(answers)


Given = Mapping[str, Any]
_ASKED: dict[str, Callable[[Scene, Given], bool]] = {
    "lines": lambda scene, given: scene.conversation.line_id in ids(given["lines"]),
    "teams": lambda scene, given: scene.conversation.line.team_id in ids(given["teams"]),
    "tags": lambda scene, given: bool(scene.tags & set(ids(given["tags"]))),
    "without_tag": lambda scene, given: scene.lacks_tag(UUID(given["without_tag"])),
    "field": lambda scene, given: scene.field_is(given["field"], given.get("value", "")),
    "words": lambda scene, given: any(f" {norm(one)} " in scene.words for one in given["words"]),
    "language": lambda scene, given: scene.language == given["language"],
    "hours": lambda scene, given: scene.is_open == (given["hours"] == "open"),
    "escalation": lambda scene, given: _is_escalated(scene) == (given["escalation"] == "yes"),
    "assigned": lambda scene, given: (scene.conversation.assignee_id is not None) == (given["assigned"] == "yes"),
    "kinds": lambda scene, given: bool(set(scene.kinds) & set(given["kinds"])),
}


def _fits_filter(rule: Automation, scene: Scene) -> bool:
    """With the rights of the rule's owner; a filter that is gone, or that they may not ask, fits nobody."""
    pk = scene.conversation.contact.merged_into_id or scene.conversation.contact_id
    try:
        wish = wish_of(access_saved(rule.owner, UUID(rule.conditions["filter"])))
        return any(ids_of(rule.owner, Contact.objects.filter(pk=pk), wish))
    except NotYours:
        return False


def _is_escalated(scene: Scene) -> bool:
    contact = scene.conversation.contact_id
    return bool(open_for([contact])[contact])
