"""Teams: who belongs to which, and who reads the conversations on a team's lines.

Being in a team is the right to read there. So nobody puts anybody into a team, and nobody opens a team's conversations
to more people, without reading that team's conversations themselves.
"""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from accounts.models import Membership, Team, TeamMember
from accounts.permissions import Permission, require
from accounts.roles import require_over
from tenancy import audit

_WIDTH = {Team.Visibility.ASSIGNED: 0, Team.Visibility.TEAM: 2, Team.Visibility.ALL: 3}


class NameTaken(Exception):
    """Another team is called so."""


class NotEmpty(Exception):
    """The team has lines or people."""


def set_teams(*, actor: Membership, member: Membership, teams: Iterable[Team]) -> None:
    """Make the member belong to exactly these teams, true at their next request.

    Raises MissingPermission, also when the member may do more than the actor, and for a new team that the actor does
    not read.
    """
    require_over(actor, member, Permission.PEOPLE_MANAGE)
    place_in_teams(actor=actor, member=member, teams=teams)


def place_in_teams(*, actor: Membership, member: Membership, teams: Iterable[Team]) -> None:
    """The same without asking whether the actor may change people: for whoever has asked already."""
    wanted = {team.pk: team for team in teams}
    before = {place.team_id: place for place in TeamMember.objects.filter(membership=member).select_related("team")}
    if wanted.keys() == before.keys():
        return
    new = [team for team_id, team in wanted.items() if team_id not in before]
    for team in new:
        require_reading(actor, team)
    TeamMember.objects.filter(membership=member).exclude(team__in=wanted).delete()
    TeamMember.objects.bulk_create([TeamMember(team=team, membership=member) for team in new])
    _forget(member)
    audit.record(
        event=audit.AuditKind.MEMBER_CHANGED,
        actor=actor,
        object=member,
        changed="teams",
        before=sorted(place.team.name for place in before.values()),
        after=sorted(team.name for team in wanted.values()),
    )


def create_team(*, actor: Membership, name: str) -> Team:
    """A team with the actor in it; the one of that name if there is one. For whoever connects the first line."""
    require(actor, Permission.LINES_MANAGE)
    found = Team.objects.filter(name__iexact=name).first()
    return found or _made(actor, name)


def new_team(*, actor: Membership, name: str) -> Team:
    """A team with the actor in it. Raises NameTaken, MissingPermission."""
    require(actor, Permission.TEAMS_MANAGE)
    return _made(actor, name)


def change_team(
    *, actor: Membership, team: Team, name: str, visibility: Team.Visibility, shows_unassigned: bool
) -> None:
    """Rename the team and say who reads its conversations, true at everybody's next request.

    Raises NameTaken; MissingPermission, also when it opens conversations that the actor does not read.
    """
    require(actor, Permission.TEAMS_MANAGE)
    now = Team.objects.select_for_update().get(pk=team.pk)
    before = _plain(now)
    if _width(visibility, shows_unassigned) > _width(Team.Visibility(now.visibility), now.shows_unassigned):
        require_reading(actor, now)
    now.name, now.visibility, now.shows_unassigned = name, visibility, shows_unassigned
    _save(now)
    if _plain(now) != before:
        audit.record(event=audit.AuditKind.TEAM_CHANGED, actor=actor, object=now, before=before, after=_plain(now))


def set_members(*, actor: Membership, team: Team, members: Iterable[Membership]) -> None:
    """Make exactly these the people of the team. Integrations in it stay. Raises MissingPermission."""
    require(actor, Permission.TEAMS_MANAGE)
    places = TeamMember.objects.select_for_update(of=("self",)).filter(team=team, membership__is_machine=False)
    before = {place.membership_id: place.membership for place in places.select_related("membership__user")}
    after = {member.pk: member for member in members}
    if after.keys() - before.keys():
        require_reading(actor, team)
    for member_id in before.keys() - after.keys():
        TeamMember.objects.filter(team=team, membership_id=member_id).delete()
    for member_id in after.keys() - before.keys():
        TeamMember.objects.get_or_create(team=team, membership_id=member_id)
    if after.keys() != before.keys():
        audit.record(
            event=audit.AuditKind.TEAM_CHANGED,
            actor=actor,
            object=team,
            added=sorted(after.keys() - before.keys()),
            removed=sorted(before.keys() - after.keys()),
        )


def delete_team(*, actor: Membership, team: Team) -> None:
    """Delete a team without lines in which nobody is but the actor. Raises NotEmpty, MissingPermission."""
    require(actor, Permission.TEAMS_MANAGE)
    now = Team.objects.select_for_update().get(pk=team.pk)
    if TeamMember.objects.filter(team=now).exclude(membership=actor).exists():
        raise NotEmpty
    audit.record(event=audit.AuditKind.TEAM_DELETED, actor=actor, object=now, before=_plain(now))
    try:
        with transaction.atomic():
            now.delete()
    except ProtectedError:
        raise NotEmpty from None
    _forget(actor)


def reads(actor: Membership, team: Team) -> bool:
    """Whether the actor reads the team's conversations, so that they may let others read them."""
    return actor.may(Permission.CONVERSATIONS_READ_ALL) or team.pk in actor.team_ids


def require_reading(actor: Membership, team: Team) -> None:
    """Raises MissingPermission for a team whose conversations the actor does not read, so may not hand out."""
    if not reads(actor, team):
        require(actor, Permission.CONVERSATIONS_READ_ALL)


def _made(actor: Membership, name: str) -> Team:
    team = Team(name=name)
    _save(team)
    TeamMember.objects.create(team=team, membership=actor)
    _forget(actor)
    audit.record(event=audit.AuditKind.TEAM_CREATED, actor=actor, object=team, name=name)
    return team


def _save(team: Team) -> None:
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError:
        raise NameTaken from None


def _width(visibility: Team.Visibility, shows_unassigned: bool) -> int:
    """How far a setting opens the conversations, in order."""
    return _WIDTH[visibility] + (visibility == Team.Visibility.ASSIGNED and shows_unassigned)


def _plain(team: Team) -> dict[str, object]:
    return {"name": team.name, "visibility": team.visibility, "shows_unassigned": team.shows_unassigned}


def _forget(member: Membership) -> None:
    for looked_up in ("team_ids", "reading"):
        member.__dict__.pop(looked_up, None)
