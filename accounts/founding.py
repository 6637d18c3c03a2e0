"""The first steps of an organization: its roles, its first owner, members who are made without an invitation."""

from django.utils import timezone

from accounts.models import Membership, Role, User
from accounts.roles import create_built_in_roles, give_role
from tenancy.isolation import activate
from tenancy.models import Organization


def found_organization(*, name: str, slug: str, owner: User, is_here: bool = True, **fields: str) -> Membership:
    """A new organization with its built-in roles; `owner` may do everything in it, at once if they are here, else after
    they opened their invitation. `fields` are Organization's.
    """
    organization = Organization.objects.create(name=name, slug=slug, **fields)
    with activate(organization):
        create_built_in_roles()
        return add_member(organization=organization, user=owner, role="admin", is_owner=True, is_here=is_here)


def add_member(
    *, organization: Organization, user: User, role: str, is_owner: bool = False, is_here: bool = True
) -> Membership:
    """A member with the built-in role of that name, active at once if they are here. For set-up; nobody is asked."""
    with activate(organization):
        member = Membership.objects.create(
            user=user,
            organization=organization,
            is_owner=is_owner,
            is_active=is_here,
            joined_at=timezone.now() if is_here else None,
        )
        give_role(member=member, role=Role.objects.get(built_in=role))
        return member
