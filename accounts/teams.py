"""Who belongs to which team."""

from collections.abc import Iterable

from accounts.models import Membership, Team, TeamMember
from accounts.roles import require_over
from tenancy import audit


def set_teams(*, actor: Membership, member: Membership, teams: Iterable[Team]) -> None:
    """Make the member belong to exactly these teams, true at their next request.

    Raises MissingPermission, also when the member may do more than the actor.
    """
    require_over(actor, member)
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
