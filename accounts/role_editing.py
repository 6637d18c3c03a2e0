"""Roles that an organization makes for itself: made, changed and deleted, within what the acting member may do.

Nobody edits a role that permits what they lack, and nobody puts into one what they lack; so a role that the actor holds
cannot be used to climb. A role is changed as it was when the actor looked at it, or not at all.
"""

from dataclasses import dataclass
from hashlib import sha256

from django.db import IntegrityError, transaction

from accounts.built_in_roles import OWNER
from accounts.factors.policy import policy_of
from accounts.models import DirectoryGroup, Membership, MembershipRole, Role, SamlMapping, SamlProvider
from accounts.permission_catalogue import FOR_OWNERS, OFFERED, Permission
from accounts.permissions import require
from accounts.roles import grantable
from tenancy import audit
from tenancy.audit import AuditKind

CHOICES = OFFERED - FOR_OWNERS
"""What a role can hold."""


class NameTaken(Exception):
    """Another role, or Owner, is called so."""


class BuiltIn(Exception):
    """The role is the product's own, the same for everybody."""


class Held(Exception):
    """People hold the role, and nobody said what they hold instead."""


class GivenFromOutside(Exception):
    """Single sign-on or the company's directory gives people this role."""


class AskedForFactor(Exception):
    """The organization asks the holders of this role for a second factor: without the role nobody would be asked."""


class ChangedMeanwhile(Exception):
    """Somebody changed or deleted the role after the actor looked at it."""


@dataclass(frozen=True)
class RoleWish:
    """What a role is to be."""

    name: str
    description: str
    permissions: frozenset[Permission]


@dataclass(frozen=True)
class PersonChange:
    """What one holder of a role gains and loses, all their roles taken together."""

    name: str
    gained: list[Permission]
    lost: list[Permission]


@dataclass(frozen=True)
class Preview:
    """What a change of a role does: to the role, and to the people for whom it makes a difference."""

    gained: list[Permission]
    lost: list[Permission]
    people: list[PersonChange]
    unaffected: int


def create_role(*, actor: Membership, wish: RoleWish) -> Role:
    """A new role. Raises NameTaken, MissingPermission."""
    require(actor, Permission.ROLES_MANAGE, *sorted(wish.permissions))
    role = Role(permissions=_stored(wish), name=wish.name, description=wish.description)
    _save(role)
    audit.record(event=AuditKind.ROLE_CREATED, actor=actor, object=role, name=role.name, permissions=role.permissions)
    return role


def edit_role(*, actor: Membership, role: Role, wish: RoleWish, seen: str) -> None:
    """Make the role what is wished; true for its holders at their next request. `seen`: its `state_of` when looked at.

    Raises BuiltIn, ChangedMeanwhile, NameTaken, MissingPermission.
    """
    now = _locked(actor, role)
    if state_of(now) != seen:
        raise ChangedMeanwhile
    require(actor, *sorted(wish.permissions))
    before, old_name = now.granted, now.name
    now.name, now.description, now.permissions = wish.name, wish.description, _stored(wish)
    _save(now)
    audit.record(
        event=AuditKind.ROLE_CHANGED,
        actor=actor,
        object=now,
        name_before=old_name,
        name=now.name,
        granted=sorted(wish.permissions - before),
        withdrawn=sorted(before - wish.permissions),
        before=sorted(before),
        after=now.permissions,
    )


def delete_role(*, actor: Membership, role: Role, instead: Role | None) -> int:
    """Delete the role; whoever holds it gets `instead`. Returns how many people did.

    Raises BuiltIn, Held, GivenFromOutside, AskedForFactor, ChangedMeanwhile, MissingPermission.
    """
    now = _locked(actor, role)
    if _is_given_from_outside(now):
        raise GivenFromOutside
    policy = policy_of(actor.organization)
    if policy.required == policy.Required.ROLES and str(now.pk) in policy.required_roles:
        raise AskedForFactor
    holders = [held.membership for held in MembershipRole.objects.filter(role=now).select_related("membership__user")]
    if holders and (instead is None or instead.pk == now.pk):
        raise Held
    if holders and instead is not None:
        found = grantable(actor, [instead])
        if not found:
            raise ChangedMeanwhile
        given = found[0]
        for member in holders:
            MembershipRole.objects.get_or_create(membership=member, role=given)
            audit.record(
                event=AuditKind.MEMBER_CHANGED,
                actor=actor,
                object=member,
                changed="roles",
                before=[now.name],
                after=[given.name],
            )
    audit.record(event=AuditKind.ROLE_DELETED, actor=actor, object=now, name=now.name, before=sorted(now.granted))
    now.delete()
    return len(holders)


def preview(role: Role, wish: RoleWish) -> Preview:
    """What `edit_role` would do."""
    people, unaffected = [], 0
    for member, others in _holders(role):
        before, after = others | role.granted, others | wish.permissions
        if member.is_owner or before == after:
            unaffected += 1
        else:
            people.append(PersonChange(member.user.name, sorted(after - before), sorted(before - after)))
    people.sort(key=lambda one: one.name.casefold())
    lost = sorted(role.granted - wish.permissions)
    return Preview(sorted(wish.permissions - role.granted), lost, people, unaffected)


def state_of(role: Role) -> str:
    """A short name for what the role is at this moment."""
    parts = "\0".join([role.name, role.description, *sorted(role.permissions)])
    return sha256(parts.encode()).hexdigest()[:16]


def _holders(role: Role) -> list[tuple[Membership, frozenset[Permission]]]:
    """Each holder, and what their other roles permit."""
    holders = {
        held.membership_id: held.membership
        for held in MembershipRole.objects.filter(role=role).select_related("membership__user")
    }
    others: dict[object, set[Permission]] = {key: set() for key in holders}
    rest = MembershipRole.objects.filter(membership__in=holders).exclude(role=role).select_related("role")
    for held in rest:
        others[held.membership_id] |= held.role.granted
    return [(member, frozenset(others[key])) for key, member in holders.items()]


def _is_given_from_outside(role: Role) -> bool:
    """Whether deleting it would silently leave the next person who comes that way without a role."""
    return (
        SamlProvider.objects.filter(default_role=role).exists()
        or SamlMapping.objects.filter(role=role).exists()
        or DirectoryGroup.objects.filter(role=role).exists()
    )


def _locked(actor: Membership, role: Role) -> Role:
    require(actor, Permission.ROLES_MANAGE)
    now = Role.objects.select_for_update().filter(pk=role.pk).first()
    if now is None:
        raise ChangedMeanwhile
    if now.built_in:
        raise BuiltIn
    require(actor, *sorted(now.granted))
    return now


def _stored(wish: RoleWish) -> list[str]:
    return sorted(one.value for one in wish.permissions & CHOICES)


def _save(role: Role) -> None:
    if role.name.casefold() == OWNER.name.casefold():
        raise NameTaken
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError:
        raise NameTaken from None
