"""Whose work an action is about: a team, a line, a colleague, or the whole organization; and who may choose and see
which.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Membership, Team, TeamMember
from accounts.permissions import Permission
from compliance.models import Action
from texting.models import Line
from texting.queries.access import NotYours, code_lines, sees_every_line


@dataclass(frozen=True)
class Place:
    """A team or a line; neither: everything. With `agent_id` (and no line) the work of one colleague alone.

    As text: `team:<id>`, `line:<id>`, `agent:<id>`, `agent:<id>:<id of the team>`, "".
    """

    team_id: UUID | None = None
    line_id: UUID | None = None
    agent_id: UUID | None = None

    @property
    def key(self) -> str:
        """For a form."""
        if self.agent_id:
            return f"agent:{self.agent_id}:{self.team_id}" if self.team_id else f"agent:{self.agent_id}"
        if self.team_id:
            return f"team:{self.team_id}"
        return f"line:{self.line_id}" if self.line_id else ""

    @property
    def lines(self) -> QuerySet[Line, Any] | None:
        """The ids of its lines, for a statement; None: no narrowing."""
        if self.team_id:
            return Line.objects.filter(team_id=self.team_id).order_by().values("pk")
        return Line.objects.filter(pk=self.line_id).order_by().values("pk") if self.line_id else None

    @property
    def readable_lines(self) -> QuerySet[Line, Any]:
        """The same without lines whose conversations nobody reads."""
        rows = Line.objects.exclude(pk__in=code_lines()).order_by().values("pk")
        return rows if self.lines is None else rows.filter(pk__in=self.lines)


EVERYWHERE = Place()
SHOWN = ("owner__user", "team", "line__team", "agent__user", "opened_by__user")
"""What is read with an action that is shown."""


def choices(member: Membership) -> list[tuple[str, str]]:
    """(key, name) of the places that the member may choose: those all of whose conversations they read."""
    everywhere = sees_every_line(member)
    lines = Line.objects.filter(sends_codes=False).select_related("team").order_by("team__name", "name")
    teams = Team.objects.order_by("name")
    if not everywhere:
        lines, teams = lines.filter(team_id__in=member.reading.whole), teams.filter(pk__in=member.reading.whole)
    found = [("", _("The whole organization"))] if everywhere else []
    found += [(f"team:{one.pk}", one.name) for one in teams]
    return found + [(f"line:{one.pk}", f"{one.team.name}: {one.name}") for one in lines]


def agent_choices(member: Membership) -> list[tuple[str, str]]:
    """(key, name) of the colleagues whose work alone the member may have counted: everybody's for whoever reads every
    team, else that on the lines of the teams all of whose conversations they read.
    """
    here = Membership.objects.filter(
        organization=member.organization_id, is_active=True, is_machine=False, joined_at__isnull=False
    )
    if sees_every_line(member):
        people = here.select_related("user").order_by("user__name", "pk")
        return [(Place(agent_id=one.pk).key, one.user.name) for one in people]
    rows = TeamMember.objects.filter(team__in=member.reading.whole, membership__in=here)
    rows = rows.select_related("team", "membership__user").order_by("team__name", "membership__user__name", "pk")
    return [
        (Place(team_id=one.team_id, agent_id=one.membership_id).key, f"{one.team.name}: {one.membership.user.name}")
        for one in rows
    ]


def place_of(key: str) -> Place:
    """Of one of the keys that `choices` and `agent_choices` gave."""
    kind, _colon, pk = key.partition(":")
    if kind == "agent":
        agent, _colon, team = pk.partition(":")
        return Place(agent_id=UUID(agent), team_id=UUID(team) if team else None)
    if kind == "team":
        return Place(team_id=UUID(pk))
    return Place(line_id=UUID(pk)) if kind == "line" else Place()


def place_of_action(action: Action) -> Place:
    """As its row says."""
    return Place(action.team_id, action.line_id, action.agent_id)


def name_of(action: Action) -> str:
    """Of its place; needs `team`, `line__team` and `agent__user` at hand."""
    if action.agent:
        return f"{action.team.name}: {action.agent.user.name}" if action.team else action.agent.user.name
    if action.team:
        return action.team.name
    return f"{action.line.team.name}: {action.line.name}" if action.line else _("The whole organization")


def visible_actions(member: Membership) -> QuerySet[Action]:
    """The actions that the member may see, without any order: those they own or opened, and those about places all of
    whose conversations they read. One about a colleague alone is for whoever may see figures of colleagues, or manages
    improvements, not for everybody in the team.
    """
    if not member.may(Permission.ACTIONS_READ):
        return Action.objects.none()
    rows = Action.objects.select_related(*SHOWN)
    placed = Q()
    if not sees_every_line(member):
        placed &= Q(team__in=member.reading.whole) | Q(line__team__in=member.reading.whole)
    if not (member.may(Permission.REPORTS_READ) or member.may(Permission.ACTIONS_MANAGE)):
        placed &= Q(agent=None)
    return rows.filter(Q(owner=member) | Q(opened_by=member) | placed) if placed else rows


def access_action(member: Membership, action_id: UUID) -> Action:
    """One that the member may see. Raises NotYours."""
    found = visible_actions(member).filter(pk=action_id).first()
    if found is None:
        raise NotYours
    return found
