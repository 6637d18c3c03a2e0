"""A colleague who sees customers masked, with or without the right to reveal one."""

from accounts.models import Membership, MembershipRole, Role, TeamMember
from accounts.permission_catalogue import FOR_OWNERS, OFFERED, Permission
from tenancy.isolation import activate
from tests.cast import Cast

HIDES = frozenset({Permission.CONTACTS_REVEAL, Permission.CONTACTS_UNMASKED})
MASKED = OFFERED - FOR_OWNERS - HIDES
ASKS = MASKED | {Permission.CONTACTS_REVEAL}


def with_rights(cast: Cast, rights: frozenset[Permission] = ASKS) -> Membership:
    """The second agent, with one custom role that has exactly these rights from now on."""
    with activate(cast.organization):
        granted = {"permissions": sorted(one.value for one in rights)}
        role, _ = Role.objects.update_or_create(name="Restricted", defaults=granted)
        MembershipRole.objects.filter(membership=cast.second_agent).delete()
        MembershipRole.objects.create(membership=cast.second_agent, role=role)
        TeamMember.objects.get_or_create(team=cast.front_desk, membership=cast.second_agent)
    return Membership.objects.select_related("user", "organization").get(pk=cast.second_agent.pk)
