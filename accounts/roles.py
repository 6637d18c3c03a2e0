"""Roles of an organization and who holds them."""

from collections.abc import Iterable

from accounts.built_in_roles import BUILT_IN_ROLES
from accounts.models import Membership, MembershipRole, Role
from accounts.permission_catalogue import OFFERED
from accounts.permissions import MissingPermission, Permission, require
from tenancy import audit


def create_built_in_roles() -> dict[str, Role]:
    """Give the active organization its built-in roles, by the name that the code knows them by. Safe to run again."""
    there = {role.built_in: role for role in Role.objects.filter(built_in__in=BUILT_IN_ROLES)}
    missing = [Role(built_in=key, name=role.name) for key, role in BUILT_IN_ROLES.items() if key not in there]
    return there | {role.built_in: role for role in Role.objects.bulk_create(missing)}


def granted_to(member: Membership) -> frozenset[Permission]:
    """What the member's roles permit, whether or not the member is active; everything for an owner."""
    if member.is_owner:
        return OFFERED
    if member.is_machine:
        return member.permissions
    roles = Role.objects.filter(members__membership=member)
    return frozenset(permission for role in roles for permission in role.granted)


def give_roles(*, member: Membership, roles: Iterable[Role]) -> None:
    """Make these the member's only roles, without asking who wants it: for set-up. Pages use `set_roles`."""
    wanted = list(roles)
    MembershipRole.objects.filter(membership=member).exclude(role__in=wanted).delete()
    for role in wanted:
        MembershipRole.objects.get_or_create(membership=member, role=role)
    member.__dict__.pop("permissions", None)


def give_role(*, member: Membership, role: Role) -> None:
    """The same with one role."""
    give_roles(member=member, roles=[role])


def set_roles(*, actor: Membership, member: Membership, roles: Iterable[Role]) -> None:
    """Make the member hold exactly these roles; true at the member's next request.

    Raises MissingPermission when the actor may not manage people, manages somebody who may do more than they do, or
    would grant what they lack.
    """
    require_over(actor, member, Permission.PEOPLE_MANAGE)
    wanted = grantable(actor, roles)
    before = sorted(MembershipRole.objects.filter(membership=member).values_list("role__name", flat=True))
    after = sorted(role.name for role in wanted)
    if before == after:
        return
    give_roles(member=member, roles=wanted)
    audit.record(
        event=audit.AuditKind.MEMBER_CHANGED, actor=actor, object=member, changed="roles", before=before, after=after
    )


def grantable(actor: Membership, roles: Iterable[Role]) -> list[Role]:
    """The roles as they are now, their rows locked against being changed meanwhile; one that is gone is left out.

    Raises MissingPermission when they hold what the actor lacks.
    """
    ids = [role.pk for role in roles]
    found = list(Role.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    require(actor, *sorted({permission for role in found for permission in role.granted}))
    return found


def is_over(actor: Membership, member: Membership) -> bool:
    """Whether `member` may do nothing that the actor may not; an owner stands under owners only."""
    if member.is_owner and not actor.is_owner:
        return False
    return granted_to(member) <= actor.permissions


def require_over(actor: Membership, member: Membership, permission: Permission) -> None:
    """Raise MissingPermission unless the actor has `permission` and `is_over` the member."""
    require(actor, permission)
    if not is_over(actor, member):
        raise MissingPermission(*sorted(granted_to(member) - actor.permissions))
