"""Ending what a member may do, at once."""

from django.db.models import F

from accounts.models import DirectoryPerson, Invitation, Membership
from accounts.permissions import Permission
from accounts.roles import require_over
from accounts.sessions import end_sessions
from tenancy import audit


class LastOwner(Exception):
    """Without an owner nobody could ever change the organization's owners again."""


class OwnMembership(Exception):
    """Nobody deactivates themselves: a slip would lock them out."""


class GoneFromDirectory(Exception):
    """The company's directory says that this person has left; only it can say otherwise."""


def deactivate(*, actor: Membership, member: Membership) -> int:
    """End every session of the member and keep them from starting another; true at their next request.

    One transaction: switch, epoch, sessions, open invitation, audit. Returns how many sessions ended. Memberships of
    the user in other organizations are not touched. Raises LastOwner, OwnMembership, MissingPermission.
    """
    require_over(actor, member, Permission.PEOPLE_DEACTIVATE)
    if actor.pk == member.pk:
        raise OwnMembership
    return end_everything(actor=actor, member=member)


def end_everything(*, actor: Membership, member: Membership) -> int:
    """The same for the company's directory, which may end everybody but the last owner. Raises LastOwner."""
    owners = Membership.objects.select_for_update(no_key=True).filter(
        organization=member.organization_id, is_owner=True, is_active=True
    )
    others = [owner for owner in owners.order_by("pk") if owner.pk != member.pk]
    if member.is_owner and not others:
        raise LastOwner
    Membership.objects.filter(pk=member.pk).update(is_active=False, auth_epoch=F("auth_epoch") + 1)
    Invitation.objects.filter(membership=member).delete()
    ended = end_sessions(user_id=member.user_id, membership_id=member.pk)
    member.refresh_from_db(fields=["is_active", "auth_epoch"])
    member.__dict__.pop("permissions", None)
    audit.record(event=audit.AuditKind.MEMBER_DEACTIVATED, actor=actor, object=member, sessions_ended=ended)
    return ended


def reactivate(*, actor: Membership, member: Membership) -> None:
    """Let a deactivated member sign in again, with the roles they had. Raises MissingPermission, GoneFromDirectory."""
    require_over(actor, member, Permission.PEOPLE_DEACTIVATE)
    if DirectoryPerson.objects.filter(membership=member, removed_at__isnull=True, active=False).exists():
        raise GoneFromDirectory
    bring_back(actor=actor, member=member)


def bring_back(*, actor: Membership, member: Membership) -> None:
    """The same for the company's directory."""
    if member.is_active or member.joined_at is None:
        return
    Membership.objects.filter(pk=member.pk).update(is_active=True, auth_epoch=F("auth_epoch") + 1)
    member.refresh_from_db(fields=["is_active", "auth_epoch"])
    member.__dict__.pop("permissions", None)
    audit.record(event=audit.AuditKind.MEMBER_REACTIVATED, actor=actor, object=member)
