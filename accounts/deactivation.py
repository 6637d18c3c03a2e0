"""Ending what a member may do, at once: for good, or for a while; and letting them in again."""

from django.db.models import F

from accounts.leaving.ending import (
    AlreadyEnded,
    By,
    CannotTakeOver,
    Ending,
    Kind,
    LastOwner,
    end_everything,
    is_last_owner,
)
from accounts.models import DirectoryPerson, Membership, OffboardingReceipt
from accounts.permissions import Permission
from accounts.roles import require_over
from tenancy import audit

__all__ = [
    "AlreadyEnded",
    "By",
    "CannotTakeOver",
    "Ending",
    "GoneFromDirectory",
    "Kind",
    "LastOwner",
    "OwnMembership",
    "bring_back",
    "deactivate",
    "end_everything",
    "is_last_owner",
    "reactivate",
    "require_to_end",
    "suspend",
]


class OwnMembership(Exception):
    """Nobody deactivates themselves: a slip would lock them out."""


class GoneFromDirectory(Exception):
    """The company's directory says that this person has left; only it can say otherwise."""


def deactivate(
    *, actor: Membership, member: Membership, hand_to: Membership | None = None, own_to: str = ""
) -> OffboardingReceipt:
    """End every door that lets the member in or acts for them, in one transaction; true at their next request.

    `hand_to` takes their open conversations, where it may; None: they go back to their teams. `own_to`: what becomes
    of what they kept for themselves (`accounts.leaving.steps.Leaving`). Memberships of the user in other organizations
    are not touched. Raises LastOwner, OwnMembership, AlreadyEnded, CannotTakeOver, MissingPermission.
    """
    require_to_end(actor, member)
    return end_everything(actor=actor, member=member, ending=Ending(hand_to=hand_to, own_to=own_to))


def suspend(*, actor: Membership, member: Membership, hand_to: Membership | None = None) -> OffboardingReceipt:
    """The same for a while: everything ends as well, and the person is shown as suspended. Raises as `deactivate`."""
    require_to_end(actor, member)
    return end_everything(actor=actor, member=member, ending=Ending(kind=Kind.SUSPENDED, hand_to=hand_to))


def require_to_end(actor: Membership, member: Membership) -> None:
    """Raises MissingPermission, OwnMembership."""
    require_over(actor, member, Permission.PEOPLE_DEACTIVATE)
    if actor.pk == member.pk:
        raise OwnMembership


def reactivate(*, actor: Membership, member: Membership) -> None:
    """Let a deactivated or suspended member sign in again, with the roles and teams they had.

    What ended stays ended: sessions, keys, links, conversations. Raises MissingPermission, GoneFromDirectory.
    """
    require_over(actor, member, Permission.PEOPLE_DEACTIVATE)
    if DirectoryPerson.objects.filter(membership=member, removed_at__isnull=True, active=False).exists():
        raise GoneFromDirectory
    bring_back(actor=actor, member=member)


def bring_back(*, actor: Membership, member: Membership) -> None:
    """The same for the company's directory."""
    if member.is_active or member.joined_at is None:
        return
    was = "suspended" if member.suspended_at else "deactivated"
    back = Membership.objects.filter(pk=member.pk, is_active=False)
    back.update(is_active=True, suspended_at=None, reset_elsewhere=False, auth_epoch=F("auth_epoch") + 1)
    member.refresh_from_db(fields=["is_active", "suspended_at", "auth_epoch"])
    member.__dict__.pop("permissions", None)
    audit.record(event=audit.AuditKind.MEMBER_REACTIVATED, actor=actor, object=member, was=was)
