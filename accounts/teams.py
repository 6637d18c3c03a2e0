"""Who belongs to which team."""

from collections.abc import Iterable

from accounts.models import Membership, Team, TeamMember
from accounts.permissions import Permission, require
from accounts.roles import require_over
from tenancy import audit


def set_teams(*, actor: Membership, member: Membership, teams: Iterable[Team]) -> None:
    """Make the member belong to exactly these teams, true at their next request.

    Raises MissingPermission, also when the member may do more than the actor.
    """
    require_over(actor, member, Permission.PEOPLE_MANAGE)
    place_in_teams(actor=actor, member=member, teams=teams)


def place_in_teams(*, actor: Membership, member: Membership, teams: Iterable[Team]) -> None:
    """The same without asking whether the actor may: for whoever has asked already."""
    wanted = {team.pk: team for team in teams}
    before = {place.team_id: place for place in TeamMember.objects.filter(membership=member).select_related("team")}
    if wanted.keys() == before.keys():
        return
    TeamMember.objects.filter(membership=member).exclude(team__in=wanted).delete()
    TeamMember.objects.bulk_create(
        [TeamMember(team=team, membership=member) for team_id, team in wanted.items() if team_id not in before]
    )
    member.__dict__.pop("team_ids", None)
    audit.record(
        event=audit.AuditKind.MEMBER_CHANGED,
        actor=actor,
        object=member,
        changed="teams",
        before=sorted(place.team.name for place in before.values()),
        after=sorted(team.name for team in wanted.values()),
    )


def create_team(*, actor: Membership, name: str) -> Team:
    """A team with the actor in it; the one of that name if there is one. For whoever manages lines."""
    require(actor, Permission.LINES_MANAGE)
    team, made = Team.objects.get_or_create(name=name)
    if made:
        TeamMember.objects.create(team=team, membership=actor)
        audit.record(event=audit.AuditKind.TEAM_CREATED, actor=actor, object=team)
    return team
