"""Templates of tests."""

from accounts.models import Membership, Team
from compliance.content_types.kinds import ContentType
from compliance.message_templates import writing
from compliance.message_templates.writing import Wish
from compliance.models import MessageTemplate, TemplateVersion

REMINDER = "Hi {first_name}, see you at {company} on {date} at {time}. {agent_name}"
HELLO = "Hello {first_name}, this is {company}."


def wish(name="Reminder", body=HELLO, *, type="reply", shortcut="", team: Team | None = None, **bodies: str) -> Wish:
    """A wish with an English body; `es="…"` adds a Spanish one."""
    return Wish(name, ContentType(type), {"en": body, **bodies}, shortcut, team)


def draft(maker: Membership, *args, **kwargs) -> MessageTemplate:
    """Needs the organization to be active, like everything here."""
    return writing.create(actor=maker, wish=wish(*args, **kwargs))


def published(maker: Membership, *args, **kwargs) -> TemplateVersion:
    """A draft that was published at once."""
    return writing.publish(actor=maker, template=draft(maker, *args, **kwargs))
