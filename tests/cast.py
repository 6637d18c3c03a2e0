"""The fixed cast: organization A with everybody in it, organization B with an outsider.

def test_...(cast, client):
    signed_in(client, cast.agent).get("/inbox/")
"""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from accounts.founding import found_organization
from accounts.models import Membership, MembershipRole, Role, Team, TeamMember, User
from accounts.sessions import PASSWORD, TOTP, SessionStore, SignedIn
from tenancy.isolation import activate
from tenancy.models import Organization
from tests.kept import kept

PASSPHRASE = "seven quiet harbours"


@dataclass
class Cast:
    """Organization A, its people and teams; `outsider` owns organization B. `leaver` was deactivated in A."""

    organization: Organization
    owner: Membership
    admin: Membership
    supervisor: Membership
    agent: Membership
    second_agent: Membership
    auditor: Membership
    leaver: Membership
    front_desk: Team
    billing: Team
    other_organization: Organization
    outsider: Membership


@cache
def kept_passphrase() -> str:
    """The passphrase as it is stored: hashed once for the whole run."""
    return make_password(PASSPHRASE)


def person(email: str, name: str) -> User:
    """A user who signs in with PASSPHRASE."""
    return User.objects.create(email=email, name=name, password=kept_passphrase())


PEOPLE = (
    ("admin", "Ada Lindqvist", "admin"),
    ("supervisor", "Sam Achebe", "supervisor"),
    ("agent", "Amelia Okafor", "agent"),
    ("second_agent", "Bo Castellanos", "agent"),
    ("auditor", "Rin Takada", "auditor"),
    ("leaver", "Lev Moreau", "agent"),
)


def make_cast() -> Cast:
    """Make everybody, with few statements, since nearly every test does so; nobody is signed in."""
    owner = found_organization(name="Harbor Dental", slug="harbor", owner=person("olga@harbor.example", "Olga Brandt"))
    harbor = owner.organization
    with activate(harbor):
        members = _colleagues(harbor)
        front_desk, billing = Team.objects.bulk_create([Team(name="Front desk"), Team(name="Billing")])
        TeamMember.objects.bulk_create(
            TeamMember(team=team, membership=members[name])
            for team, names in (
                (front_desk, ("agent", "second_agent", "supervisor", "leaver")),
                (billing, ("second_agent",)),
            )
            for name in names
        )
    outsider = found_organization(
        name="Northside Plumbing", slug="northside", owner=person("oscar@northside.example", "Oscar Outsider")
    )
    return Cast(
        organization=harbor,
        owner=owner,
        front_desk=front_desk,
        billing=billing,
        other_organization=outsider.organization,
        outsider=outsider,
        **members,
    )


def _colleagues(organization: Organization) -> dict[str, Membership]:
    users = User.objects.bulk_create(
        User(email=f"{key}@harbor.example", name=name, password=kept_passphrase()) for key, name, _ in PEOPLE
    )
    members = Membership.objects.bulk_create(
        Membership(
            user=user,
            organization=organization,
            is_active=key != "leaver",
            auth_epoch=int(key == "leaver"),
            joined_at=timezone.now(),
        )
        for user, (key, _, _) in zip(users, PEOPLE, strict=True)
    )
    roles = {role.built_in: role for role in Role.objects.all()}
    MembershipRole.objects.bulk_create(
        MembershipRole(membership=member, role=roles[role])
        for member, (_, _, role) in zip(members, PEOPLE, strict=True)
    )
    return {key: member for member, (key, _, _) in zip(members, PEOPLE, strict=True)}


def role_of(organization: Organization, built_in: str) -> Role:
    """A built-in role of an organization."""
    with activate(organization):
        return Role.objects.get(built_in=built_in)


def signed_in(
    client: Client,
    member: Membership,
    *,
    factors: tuple[str, ...] = (PASSWORD, TOTP),
    minutes_ago: float = 0,
) -> Client:
    """The client with a real session of the member, begun so many minutes ago, with both factors or those given."""
    state = SignedIn(
        user_id=str(member.user_id),
        membership_id=str(member.pk),
        epoch=member.epoch,
        authenticated_at=timezone.now().timestamp() - minutes_ago * 60,
        factors=list(factors),
    )
    store = SessionStore()
    store.step(state, address="127.0.0.1", browser="Firefox on Linux")
    client.cookies[settings.SESSION_COOKIE_NAME] = store.session_key
    return client


cast = kept(make_cast)
"""Everybody."""
