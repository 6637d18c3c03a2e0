"""Whom an assertion stands for: worked out first (`plan`), which writes nothing, then done (`carry_out`).

The preview and the test show the same plan that a sign-in carries out.
"""

from dataclasses import dataclass, field, replace

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import (
    Invitation,
    Membership,
    Role,
    SamlIdentity,
    SamlProvider,
    SsoDomain,
    Team,
    TeamMember,
    User,
)
from accounts.models.user import normalized_email
from accounts.roles import give_role
from accounts.saml.attribute_reading import email_of, name_of, role_of, teams_of
from accounts.saml.explaining import EXPLAINED, Explained
from accounts.saml.postcheck import Assertion
from accounts.saml.refusals import Reason, Refused
from tenancy import audit
from tenancy.isolation import current_organization_id


@dataclass(frozen=True)
class Plan:
    """What a sign-in with an assertion would do. `problem` set: nothing. `member` None: a new one is made."""

    member: Membership | None = None
    identity: SamlIdentity | None = None
    email: str = ""
    name: str = ""
    role: Role | None = None
    teams: tuple[Team, ...] = field(default_factory=tuple)
    maps_teams: bool = False
    problem: Reason | None = None

    @property
    def explained(self) -> Explained | None:
        """The words for the problem."""
        return EXPLAINED[self.problem] if self.problem else None

    @property
    def makes_member(self) -> bool:
        """Whether somebody new comes in."""
        return self.problem is None and self.member is None


def plan(assertion: Assertion, provider: SamlProvider) -> Plan:
    """Needs the organization active. Writes nothing."""
    told = Plan(
        email=email_of(assertion, provider),
        name=name_of(assertion, provider),
        role=role_of(assertion, provider),
        teams=tuple(teams_of(assertion, provider)),
        maps_teams=bool(provider.groups_attribute),
    )
    known = SamlIdentity.objects.filter(entity_id=provider.entity_id, name_id=assertion.name_id)
    identity = known.select_related("membership__user", "membership__organization").first()
    if identity is not None:
        known_member = identity.membership
        works = known_member.is_active and known_member.user.is_active
        return replace(told, member=known_member, identity=identity, problem=None if works else Reason.DEACTIVATED)
    member, problem = _by_address(told.email, provider)
    role = told.role or (provider.default_role if member is None else None)
    if problem is None and member is None and role is None:
        problem = Reason.NO_ROLE
    return replace(told, member=member, role=role, problem=problem)


def _by_address(email: str, provider: SamlProvider) -> tuple[Membership | None, Reason | None]:
    """The member that an unknown NameID may be linked to; (None, None): somebody new may be made."""
    if not email:
        return None, Reason.NO_EMAIL
    own_domains = SsoDomain.objects.filter(SsoDomain.vouching(), organization=current_organization_id())
    if not own_domains.filter(domain=email.rpartition("@")[2]).exists():
        return None, Reason.DOMAIN_NOT_PROVED
    user = User.objects.filter(email=email).first()
    if user is None:
        return None, None if provider.makes_members else Reason.UNKNOWN_PERSON
    own = Membership.objects.filter(user=user, organization=current_organization_id(), is_machine=False)
    member = own.select_related("user", "organization").first()
    return member, _problem_with(user, member, provider)


def _problem_with(user: User, member: Membership | None, provider: SamlProvider) -> Reason | None:
    """What keeps an existing person from being linked to an unknown NameID."""
    if not user.is_active or (member is not None and member.joined_at is not None and not member.is_active):
        return Reason.DEACTIVATED
    if member is None or member.joined_at is None:
        # Somebody who signs in elsewhere shows that sign-in first: no provider takes another organization's person.
        joined = Membership.objects.filter(user=user, joined_at__isnull=False)
        if joined.exists() or user.has_usable_password():
            return Reason.WORKS_ELSEWHERE
        return None if member is not None or provider.makes_members else Reason.UNKNOWN_PERSON
    linked = SamlIdentity.objects.filter(entity_id=provider.entity_id, membership=member)
    return Reason.LINKED_OTHERWISE if linked.exists() else None


def carry_out(planned: Plan, assertion: Assertion, provider: SamlProvider) -> SamlIdentity:
    """Link, make or let in, and give role and teams as mapped. Raises Refused when somebody else was faster."""
    if planned.problem is not None:
        raise Refused(planned.problem, email=planned.email, name_id=assertion.name_id)
    try:
        with transaction.atomic():
            return _carry_out(planned, assertion, provider)
    except IntegrityError:  # two first sign-ins of one person at once
        raise Refused(Reason.LINKED_OTHERWISE, email=planned.email) from None


def _carry_out(planned: Plan, assertion: Assertion, provider: SamlProvider) -> SamlIdentity:
    member = planned.member or _made(planned)
    if member.joined_at is None:
        joined = timezone.now()
        Membership.objects.filter(pk=member.pk).update(is_active=True, joined_at=joined)
        member.is_active, member.joined_at = True, joined
        Invitation.objects.filter(membership=member).delete()
        audit.record(event=audit.AuditKind.MEMBER_JOINED, actor=member, object=member, by="single sign-on")
    identity = planned.identity
    if identity is None:
        identity = SamlIdentity.objects.create(
            membership=member, entity_id=provider.entity_id, name_id=assertion.name_id
        )
        audit.record(event=audit.AuditKind.SSO_LINKED, actor=member, object=member)
    identity.membership = member
    SamlIdentity.objects.filter(pk=identity.pk).update(last_used_at=timezone.now())
    _apply_mapping(planned, member)
    return identity


def _made(planned: Plan) -> Membership:
    user = User.objects.filter(email=planned.email).first()
    if user is None:
        user = User.objects.create(
            email=normalized_email(planned.email), name=planned.name[:80], password=make_password(None)
        )
    member = Membership.objects.create(
        user=user, organization_id=current_organization_id(), is_active=False, joined_at=None
    )
    if planned.role is not None:
        give_role(member=member, role=planned.role)
    return member


def _apply_mapping(planned: Plan, member: Membership) -> None:
    """The provider decides about people whom it lets in, never about an owner: neither up nor down."""
    if member.is_owner:
        return
    held = set(member.roles.values_list("role_id", flat=True))
    if planned.role is not None and held != {planned.role.pk}:
        give_role(member=member, role=planned.role)
        audit.record(
            event=audit.AuditKind.MEMBER_CHANGED,
            actor=None,
            object=member,
            changed="role",
            by="single sign-on",
            after=[planned.role.name],
        )
    if not planned.maps_teams:
        return
    wanted = {team.pk for team in planned.teams}
    have = set(TeamMember.objects.filter(membership=member).values_list("team_id", flat=True))
    if wanted == have:
        return
    TeamMember.objects.filter(membership=member).exclude(team__in=wanted).delete()
    TeamMember.objects.bulk_create([TeamMember(team_id=team, membership=member) for team in wanted - have])
    member.__dict__.pop("team_ids", None)
    audit.record(
        event=audit.AuditKind.MEMBER_CHANGED,
        actor=None,
        object=member,
        changed="teams",
        by="single sign-on",
        after=sorted(team.name for team in planned.teams),
    )
