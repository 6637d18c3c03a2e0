"""What the automatic answers say about the organization: changed by a member, with what each answer becomes."""

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.models import AnswerSettings
from compliance.opt_out import answers
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting.segments import count

FIELDS = ("program", "phone", "email", "web", "most_a_month")
LANGUAGE_NAMES = {"en": "English", "es": "Español", "fr": "Français"}


@dataclass(frozen=True)
class Shown:
    """One answer as customers get it. `asked` is the word that they write."""

    asked: str
    language: str
    text: str
    segments: int


def change(*, member: Membership, values: Mapping[str, object]) -> None:
    """Store all of `FIELDS`. Raises MissingPermission."""
    require(member, Permission.ORGANIZATION_MANAGE)
    settings = answers.settings_now()
    changed = [name for name in FIELDS if getattr(settings, name) != values[name]]
    for name in changed:
        setattr(settings, name, values[name])
    settings.save()
    if changed:
        audit.record(event=AuditKind.ANSWERS_CHANGED, actor=member, object=settings, fields=changed)


def shown(settings: AnswerSettings | None = None) -> list[Shown]:
    """Every answer in every language, as it would be sent with these settings."""
    settings = settings or answers.settings_now()
    organization = Organization.objects.get(pk=current_organization_id())
    return [
        Shown(asked, LANGUAGE_NAMES[language], text, count(text).segments)
        for language, (helps, stops, starts) in {
            "en": ("HELP", "STOP", "START"),
            "es": ("AYUDA", "ALTO", "COMENZAR"),
            "fr": ("AIDE", "ARRET", "DEBUT"),
        }.items()
        for asked, text in (
            (helps, answers.help_text(organization, language, settings)),
            (stops, answers.opted_out(organization, language)),
            (starts, answers.opted_in(organization, language, settings)),
        )
    ]
