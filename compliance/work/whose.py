"""Whose work a member may see in figures, and what of it they ask for.

Who may read reports sees the lines whose conversations they read: all of the organization, or those of their teams;
where a team lets them read only what is theirs, their own work. Everybody else sees their own work on every line.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.models import Membership, Team
from accounts.permissions import Permission
from tenancy.isolation import current_organization_id
from texting.models import Line
from texting.queries import sees_every_line


@dataclass(frozen=True)
class Whose:
    """Lines of which everything is counted, lines of which the member's own work is, and who that is.

    `one`: of nobody else's work than this member's. What nobody did, such as a customer's text, is left out then.
    """

    whole: tuple[UUID, ...]
    own: tuple[UUID, ...]
    me: UUID
    one: UUID | None = None

    @property
    def values(self) -> dict[str, Any]:
        """For a statement with `CONDITION`."""
        return {"whole": list(self.whole), "own": list(self.own), "me": self.me, "one": self.one}


CONDITION = """
    (line_id = ANY(%(whole)s::uuid[]) OR (line_id = ANY(%(own)s::uuid[]) AND member_id = %(me)s))
    AND (%(one)s::uuid IS NULL OR member_id = %(one)s)
"""


@dataclass(frozen=True)
class Offered:
    """What a member may choose from. `is_own`: they see their own figures only, so there is nothing to choose."""

    lines: Sequence[Line]
    teams: Sequence[Team]
    people: Sequence[Membership]
    is_own: bool
    _member: Membership
    _whole: frozenset[UUID] = field(default=frozenset())

    def whose(self, *, team: UUID | None = None, line: UUID | None = None, one: UUID | None = None) -> Whose:
        """Narrowed to these, of what is offered."""
        chosen = [
            row for row in self.lines if (team is None or row.team_id == team) and (line is None or row.pk == line)
        ]
        whole = tuple(row.pk for row in chosen if row.pk in self._whole)
        return Whose(whole, tuple(row.pk for row in chosen if row.pk not in self._whole), self._member.pk, one)


def offered(member: Membership) -> Offered:
    """Lines, their teams and people by name. Lines for sign-in codes are nobody's to read."""
    rows = list(Line.objects.select_related("team").defer("credentials").filter(sends_codes=False).order_by("name"))
    if not member.may(Permission.REPORTS_READ):
        return Offered(rows, (), (), True, member)
    every, reading = sees_every_line(member), member.reading
    lines = [row for row in rows if every or row.team_id in reading.whole | reading.own]
    whole = frozenset(row.pk for row in lines if every or row.team_id in reading.whole)
    teams = sorted({row.team for row in lines}, key=lambda team: team.name.casefold())
    people = Membership.objects.filter(organization=member.organization_id).select_related("user")
    if not every:
        people = people.filter(teams__team__in=teams).distinct()
    named = sorted(people, key=lambda one: one.user.name.casefold())
    return Offered(lines, teams, named, False, member, whole)


def called(ids: Collection[UUID] | None = None) -> dict[UUID, str]:
    """What colleagues are called, of the active organization all or these; namesakes with their address behind it.

    Figures are told apart by these names, so no two people have the same.
    """
    rows = Membership.objects.filter(organization=current_organization_id())
    named = list(rows.values_list("pk", "user__name", "user__email"))
    often = Counter(name.casefold() for _pk, name, _email in named)
    told = {pk: name if often[name.casefold()] == 1 else f"{name} ({email})" for pk, name, email in named}
    return told if ids is None else {pk: name for pk, name in told.items() if pk in ids}
