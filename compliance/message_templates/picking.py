"""The composer's way to templates: its button, and what the picker lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.content_types.catalogue import CATALOGUE
from compliance.content_types.kinds import ContentType
from compliance.message_templates.checking import LANGUAGES
from compliance.message_templates.filling import known_for, language_for
from compliance.message_templates.placeholders import fill_partly
from compliance.message_templates.reading import usable
from compliance.models import ConsentEvent, TemplateVersion
from texting.composer_tools import ComposerTool
from texting.models import Contact, Conversation


@dataclass(frozen=True)
class Choice:
    """One line of the picker, in the language that the text would have; `body` with what Parley knows filled in.

    `own`: it is the member's alone.
    """

    id: UUID
    name: str
    shortcut: str
    type: str
    language: str
    body: str
    own: bool


def composer_tools(member: Membership, conversation: Conversation) -> list[ComposerTool]:
    """The button, for who may send."""
    if not member.may(Permission.MESSAGES_SEND):
        return []
    address = reverse("pick_template", args=[conversation.pk])
    return [ComposerTool(_("Use a template"), "file-text", address, slash=True)]


def choices(member: Membership, conversation: Conversation, wanted: str) -> list[Choice]:
    """What may be used in this conversation, one's own first, then by name.

    Each as this customer would read it, as far as that is known.
    """
    rows = list(usable(member, team_id=conversation.line.team_id, own=True))
    in_language: dict[str, list[TemplateVersion]] = {}
    for row in rows:
        in_language.setdefault(language_for(row, wanted), []).append(row)
    values = {
        language: known_for(member, conversation.contact, conversation.line, some, language)
        for language, some in in_language.items()
    }
    return [_choice(row, language, values[language]) for row in rows for language in [language_for(row, wanted)]]


def _choice(row: TemplateVersion, language: str, values: Mapping[str, str | None]) -> Choice:
    label = str(CATALOGUE[ContentType(row.type)].label)
    body = fill_partly(row.bodies[language], values)
    own = row.template.owner_id is not None
    return Choice(row.pk, row.name, row.template.shortcut, label, language, body, own)


def version_for(member: Membership, conversation: Conversation, version_id: UUID) -> TemplateVersion:
    """A version that may be used here. Raises Http404 for every other, also for one that was archived meanwhile."""
    found = usable(member, team_id=conversation.line.team_id, own=True).filter(pk=version_id).first()
    if found is None:
        raise Http404
    return found


def language_of(contact: Contact) -> str:
    """The language in which the customer last agreed to texts; "" where nothing says so."""
    rows = ConsentEvent.objects.filter(number_index=contact.number_index).exclude(language="")
    language = rows.order_by("-recorded_at").values_list("language", flat=True).first() or ""
    return language if language in LANGUAGES else ""
