"""What one person can see and do, and where each right comes from."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.factors.enrolled import enrolled_ways
from accounts.factors.policy import rules_for
from accounts.models import Team
from accounts.permission_catalogue import Permission, offered_groups
from accounts.queries import Person
from accounts.roles import granted_to


@dataclass(frozen=True)
class HeldPermission:
    """One right, and the roles that it comes from."""

    permission: Permission
    sources: list[str]


@dataclass(frozen=True)
class TeamReading:
    """A team, and what the person reads of its conversations, in a few words."""

    team: Team
    belongs: bool
    reads: str


@dataclass(frozen=True)
class Access:
    """What somebody can see and do. `needs_second_factor`: whether they can do nothing without one."""

    groups: list[tuple[str, list[HeldPermission]]]
    teams: list[TeamReading]
    conversations: str
    has_second_factor: bool
    needs_second_factor: bool


def access_of(person: Person) -> Access:
    """Of an active member as it is now; of anybody else what they would have once they were active."""
    member = person.member
    granted = granted_to(member)
    groups = []
    for group in offered_groups():
        held = [HeldPermission(one, _sources(person, one)) for one in group.offered if one in granted]
        if held:
            groups.append((group.name, held))
    return Access(
        groups=groups,
        teams=[_reading(person, team, granted) for team in Team.objects.all()],
        conversations=_conversations(granted),
        has_second_factor=bool(enrolled_ways(member.user)),
        needs_second_factor=(
            member.is_owner or any(one.is_administrative for one in granted) or rules_for(member).must
        ),
    )


def _sources(person: Person, permission: Permission) -> list[str]:
    owner = [_("Owner")] if person.member.is_owner else []
    return owner + [role.name for role in person.roles if permission in role.granted]


def _conversations(granted: frozenset[Permission]) -> str:
    if Permission.CONVERSATIONS_READ not in granted:
        return _("None: no role of this person opens the inbox.")
    if Permission.CONVERSATIONS_READ_ALL in granted:
        return _("Those of every team.")
    return _("Those of the teams below, as each team's setting says.")


def _reading(person: Person, team: Team, granted: frozenset[Permission]) -> TeamReading:
    belongs = any(one.pk == team.pk for one in person.teams)
    if Permission.CONVERSATIONS_READ not in granted:
        reads = _("Nothing")
    elif Permission.CONVERSATIONS_READ_ALL in granted or team.visibility == Team.Visibility.ALL:
        reads = _("All conversations")
    elif not belongs:
        reads = _("Nothing")
    elif team.visibility == Team.Visibility.TEAM:
        reads = _("All conversations")
    elif team.shows_unassigned:
        reads = _("The own ones, and those of nobody")
    else:
        reads = _("The own ones")
    return TeamReading(team, belongs, reads)
