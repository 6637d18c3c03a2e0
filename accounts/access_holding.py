"""Who and what has access to an organization now: the people, the API keys, the directory's tokens."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import integration_queries, queries
from accounts.models import BreakGlass, DirectoryToken, Membership
from accounts.models.access_review import AccessKind


@dataclass(frozen=True)
class Held:
    """One line: `facts` are words by name; `since` and `last_used_at` None for not yet and never."""

    kind: AccessKind
    subject: UUID
    name: str
    facts: dict[str, str]
    since: datetime | None
    last_used_at: datetime | None


def held_now(member: Membership) -> list[Held]:
    """Everything in the member's organization that opens something, or will when an invitation is accepted."""
    return [*_people(member), *_keys(member), *_tokens(member)]


def _people(member: Membership) -> list[Held]:
    break_glass = set(
        BreakGlass.objects.filter(membership__organization=member.organization_id).values_list("membership", flat=True)
    )
    found = []
    for person in queries.people(member):
        if person.member.state == "Deactivated":
            continue
        facts = {
            "email": person.member.user.email,
            "roles": person.role,
            "teams": ", ".join(team.name for team in person.teams),
            "state": str(person.member.state),
            "more": _("may come in without single sign-on") if person.member.pk in break_glass else "",
        }
        name = (person.name, person.member.joined_at, person.member.last_seen_at)
        found.append(Held(AccessKind.PERSON, person.member.pk, name[0], facts, name[1], name[2]))
    return found


def _keys(member: Membership) -> list[Held]:
    found = []
    for one in integration_queries.integrations(member):
        if not one.works:
            continue
        facts = {
            "roles": ", ".join(str(label) for label in one.permissions),
            "teams": _("Every team") if one.every_team else ", ".join(one.teams),
            "state": _("Works"),
            "more": _("made by %(name)s") % {"name": one.made_by},
        }
        found.append(Held(AccessKind.KEY, one.id, one.name, facts, one.created_at, one.last_used_at))
    return found


def _tokens(member: Membership) -> list[Held]:
    working = DirectoryToken.objects.filter(
        directory__membership__organization=member.organization_id, ends_at__gt=timezone.now()
    )
    found = []
    for token in working.select_related("made_by__user"):
        facts = {
            "roles": _("Adds, changes and removes people"),
            "teams": "",
            "state": _("Works"),
            "more": _("made by %(name)s") % {"name": token.made_by.user.name},
        }
        name = _("Directory token %(shown)s") % {"shown": token.shown}
        found.append(Held(AccessKind.TOKEN, token.pk, name, facts, token.created_at, token.last_used_at))
    return found
