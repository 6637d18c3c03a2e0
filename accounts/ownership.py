"""Handing an organization over: owners make and unmake owners, and one always stays."""

from accounts.deactivation import LastOwner
from accounts.models import Membership
from accounts.permissions import Permission, require
from accounts.saml.enforcing import is_last_way_in
from tenancy import audit
from tenancy.audit import AuditKind


class CannotOwn(Exception):
    """Only somebody who has joined and is active can be an owner."""


def make_owner(*, actor: Membership, member: Membership) -> None:
    """Let the member do everything, as the actor may. Raises CannotOwn, MissingPermission."""
    require(actor, Permission.OWNERS_MANAGE)
    now = _locked(member)
    if not (now.is_active and now.user.is_active) or now.is_machine:
        raise CannotOwn
    _set(actor, member, now, is_owner=True)


def unmake_owner(*, actor: Membership, member: Membership) -> None:
    """Leave the member what their roles permit; also the actor's own ownership. Raises LastOwner, MissingPermission."""
    require(actor, Permission.OWNERS_MANAGE)
    others = [owner for owner in _owners(member) if owner.pk != member.pk]
    if member.is_owner and (not others or is_last_way_in(member)):
        raise LastOwner
    _set(actor, member, _locked(member), is_owner=False)


def _owners(member: Membership) -> list[Membership]:
    """The active owners, their rows locked, so that two who step down at once do not both go."""
    owners = Membership.objects.select_for_update(no_key=True, of=("self",)).filter(
        organization=member.organization_id, is_owner=True, is_active=True, user__is_active=True
    )
    return list(owners.order_by("pk"))


def _locked(member: Membership) -> Membership:
    rows = Membership.objects.select_for_update(no_key=True, of=("self",)).select_related("user")
    return rows.get(pk=member.pk)


def _set(actor: Membership, member: Membership, now: Membership, *, is_owner: bool) -> None:
    if now.is_owner == is_owner:
        return
    Membership.objects.filter(pk=now.pk).update(is_owner=is_owner)
    member.is_owner = is_owner
    member.__dict__.pop("permissions", None)
    audit.record(
        event=AuditKind.MEMBER_CHANGED,
        actor=actor,
        object=member,
        changed="owner",
        before=not is_owner,
        after=is_owner,
    )
