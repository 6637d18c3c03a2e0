"""Teams as the pages that manage them show them: their people and their lines."""

from dataclasses import dataclass

from django.db.models import Prefetch

from accounts.models import Membership, Team, TeamMember
from accounts.permissions import Permission, require
from texting.models import Line


@dataclass(frozen=True)
class TeamRow:
    """A team, its people (integrations are not counted) and its lines, each by name."""

    team: Team
    people: list[Membership]
    lines: list[Line]


def teams_page(member: Membership, teams: list[Team] | None = None) -> list[TeamRow]:
    """Every team of the organization by name, or those given. Raises MissingPermission."""
    require(member, Permission.TEAMS_MANAGE)
    people = TeamMember.objects.filter(membership__is_machine=False).select_related("membership__user")
    lines = Line.objects.defer("credentials").order_by("name")
    found = Team.objects.prefetch_related(Prefetch("members", queryset=people), Prefetch("lines", queryset=lines))
    if teams is not None:
        found = found.filter(pk__in=[team.pk for team in teams])
    return [
        TeamRow(
            team,
            sorted((place.membership for place in team.members.all()), key=lambda one: one.user.name.casefold()),
            list(team.lines.all()),
        )
        for team in found
    ]
