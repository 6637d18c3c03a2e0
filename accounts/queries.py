"""What pages may know about people, roles and sessions of the acting member's organization."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import get_scope

from accounts.models import AccessRules, Membership, MembershipRole, PlannedLeaving, Role, Session, Team, TeamMember
from accounts.origins import browser_words
from accounts.permissions import Permission
from accounts.places import place_of
from accounts.session_limits import alive, end_of

HELPERS_SHOWN = 3


@dataclass(frozen=True)
class Person:
    """One line of the list of people."""

    member: Membership
    roles: list[Role]
    teams: list[Team]
    link_ends: datetime | None
    leaves_at: datetime | None = None

    @property
    def name(self) -> str:
        """The person's name; for somebody who has not joined only the address that was invited."""
        return self.member.user.name if self.member.joined_at else self.member.user.email

    @property
    def role(self) -> str:
        """The roles in words; owners are owners, whatever else they are."""
        return _("Owner") if self.member.is_owner else ", ".join(role.name for role in self.roles) or _("No role")


def people(member: Membership) -> list[Person]:
    """Everybody in the member's organization: active first, then invited, suspended, deactivated, by name."""
    found = _persons(member).select_related("user", "invitation")
    order = {"Active": 0, "Invited": 1, "Suspended": 2, "Deactivated": 3}
    shown = _described(list(found))
    return sorted(shown, key=lambda person: (order[person.member.state], person.name.casefold()))


def person(member: Membership, member_id: UUID) -> Person:
    """One of the member's organization. Raises Http404 for everybody else."""
    found = _persons(member).filter(pk=member_id)
    shown = _described(list(found.select_related("user", "organization", "invitation")))
    if not shown:
        raise Http404
    return shown[0]


def colleagues(member: Membership, *, besides: Membership) -> list[Membership]:
    """Who can go on with somebody's work: everybody active, by name, but that person and integrations."""
    able = _persons(member).filter(is_active=True, user__is_active=True).exclude(pk=besides.pk)
    return list(able.select_related("user").order_by("user__name"))


def _persons(member: Membership) -> QuerySet[Membership]:
    """Integrations stand on a page of their own."""
    return Membership.objects.filter(organization=member.organization_id, is_machine=False)


def _described(members: list[Membership]) -> list[Person]:
    roles: dict[UUID, list[Role]] = {one.pk: [] for one in members}
    teams: dict[UUID, list[Team]] = {one.pk: [] for one in members}
    for held in MembershipRole.objects.filter(membership__in=members).select_related("role").order_by("role__name"):
        roles[held.membership_id].append(held.role)
    for place in TeamMember.objects.filter(membership__in=members).select_related("team").order_by("team__name"):
        teams[place.membership_id].append(place.team)
    planned = PlannedLeaving.objects.filter(membership__in=members, done_at__isnull=True)
    leaves = dict(planned.values_list("membership", "due_at"))
    return [Person(one, roles[one.pk], teams[one.pk], _link_end(one), leaves.get(one.pk)) for one in members]


def _link_end(member: Membership) -> datetime | None:
    invitation = getattr(member, "invitation", None)
    return invitation.expires_at if invitation else None


def names_of(member: Membership, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names of members of the member's own organization, by membership id."""
    found = Membership.objects.filter(organization=member.organization_id, pk__in=[one for one in ids if one])
    return {one.pk: one.user.name for one in found.select_related("user")}


def names_of_those_who_may(permission: Permission, *, but_not: Membership | None) -> list[str]:
    """Up to three people of the active organization who hold the permission, owners first; none without one."""
    organization_id = get_scope().get("organization")
    if organization_id is None:
        return []
    roles = [role for role in Role.objects.all() if permission in role.granted]
    able = Membership.objects.filter(organization=organization_id, is_active=True, user__is_active=True).filter(
        Q(is_owner=True) | Q(pk__in=MembershipRole.objects.filter(role__in=roles).values("membership"))
    )
    if but_not is not None:
        able = able.exclude(pk=but_not.pk)
    return [one.user.name for one in able.select_related("user").order_by("-is_owner", "user__name")[:HELPERS_SHOWN]]


@dataclass(frozen=True)
class OpenSession:
    """One line of the list of sessions."""

    id: UUID
    browser: str
    place: str
    organization: str
    created_at: datetime
    last_seen_at: datetime
    ends_at: datetime
    is_this: bool


def open_sessions(member: Membership, *, this: UUID | None, only_here: bool = False) -> list[OpenSession]:
    """Everything the member's user is signed in with, in all of their organizations or here; this browser first."""
    found = Session.objects.filter(alive(timezone.now()), user=member.user_id, membership__isnull=False)
    if only_here:
        found = found.filter(membership=member)
    networks = AccessRules.of(member.organization).networks
    shown = [
        OpenSession(
            id=row.pk,
            browser=browser_words(row.browser),
            place=place_of(row.address, networks),
            organization=row.membership.organization.name if row.membership else "",
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            ends_at=end_of(row),
            is_this=row.pk == this,
        )
        for row in found.select_related("membership__organization__access_rules")
    ]
    return sorted(shown, key=lambda session: (not session.is_this, -session.last_seen_at.timestamp()))


def roles_with_counts() -> list[tuple[Role, int]]:
    """The active organization's roles, the most powerful first, each with how many active members hold it."""
    active = Count("members", filter=Q(members__membership__is_active=True))
    roles = Role.objects.annotate(holders=active)
    return sorted(((role, role.holders) for role in roles), key=lambda pair: (-len(pair[0].granted), pair[0].name))


def grantable_teams(member: Membership) -> list[Team]:
    """The teams that the member may put others into: those whose conversations they read."""
    every = member.may(Permission.CONVERSATIONS_READ_ALL)
    return [team for team in Team.objects.all() if every or team.pk in member.team_ids]


def access_role(role_id: UUID) -> Role:
    """A role of the active organization. Raises Http404."""
    found = Role.objects.filter(pk=role_id).first()
    if found is None:
        raise Http404
    return found


def access_team(team_id: UUID) -> Team:
    """A team of the active organization. Raises Http404."""
    found = Team.objects.filter(pk=team_id).first()
    if found is None:
        raise Http404
    return found


def holders(role: Role) -> list[Membership]:
    """Who holds the role, by name; deactivated people too, who have it again when they come back."""
    held = MembershipRole.objects.filter(role=role, membership__is_machine=False).select_related("membership__user")
    return sorted((one.membership for one in held), key=lambda one: one.user.name.casefold())


def owners(member: Membership) -> list[Membership]:
    """The active owners of the member's organization, by name."""
    found = _persons(member).filter(is_owner=True, is_active=True).select_related("user")
    return list(found.order_by("user__name"))


def grantable_roles(member: Membership) -> list[Role]:
    """The roles that the member may give to others: those that hold nothing that the member lacks."""
    return [role for role, _count in roles_with_counts() if role.granted <= member.permissions]
