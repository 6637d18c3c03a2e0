"""Links, good once, with which a person sets a password and enters an organization.

There is no e-mail yet: the admin is shown the link once and passes it on. The database keeps its SHA-256 only.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db.models import F
from django.utils import timezone

from accounts import second_factor
from accounts.models import DirectoryPerson, Invitation, Membership, Role, Team, User
from accounts.models.user import normalized_email
from accounts.permissions import Permission, require
from accounts.roles import give_role, require_over
from accounts.sessions import end_sessions, key_hash
from accounts.teams import place_in_teams
from tenancy import audit
from tenancy.isolation import activate, current_organization_id

LINK_LIFE = timedelta(days=7)


class AlreadyMember(Exception):
    """The address belongs to somebody who is a member of this organization, perhaps a deactivated one."""


class NotActive(Exception):
    """The member was deactivated or has not joined; a link would let them in by the back door."""


class WorksElsewhere(Exception):
    """The person also signs in to another organization, whose access this one must not be able to take over."""


@dataclass(frozen=True)
class Invited:
    """The new membership and the token of its link, which is shown once and kept nowhere."""

    member: Membership
    token: str


def invite(*, actor: Membership, email: str, name: str, role: Role, teams: Iterable[Team] = ()) -> Invited:
    """Make a member who becomes active by opening the link.

    Somebody who has a sign-in already (in any organization) keeps name and password and proves them on the link's page;
    the actor is not told which case it is. Raises AlreadyMember, MissingPermission.
    """
    require(actor, Permission.PEOPLE_INVITE, *role.granted)
    organization_id = current_organization_id()
    defaults = {"name": name, "password": make_password(None)}
    user, _created = User.objects.get_or_create(email=normalized_email(email), defaults=defaults)
    member, created = Membership.objects.get_or_create(
        user=user, organization_id=organization_id, defaults={"is_active": False, "joined_at": None}
    )
    if not created:
        raise AlreadyMember
    give_role(member=member, role=role)
    place_in_teams(actor=actor, member=member, teams=teams)
    token = _new_link(member)
    audit.record(event=audit.AuditKind.MEMBER_INVITED, actor=actor, object=member, role=role.name)
    return Invited(member, token)


def renew_link(*, actor: Membership, member: Membership) -> str:
    """A new link for somebody who has not joined yet; the old one no longer works. Returns the token."""
    require_over(actor, member, Permission.PEOPLE_INVITE)
    if member.joined_at is not None:
        raise AlreadyMember
    if DirectoryPerson.objects.filter(membership=member, removed_at__isnull=True, active=False).exists():
        raise NotActive
    token = _new_link(member)
    audit.record(event=audit.AuditKind.MEMBER_INVITED, actor=actor, object=member, renewed=True)
    return token


def invite_again(*, actor: Membership, member: Membership) -> str:
    """A first link for whom the company's directory sent and who has a sign-in elsewhere. Returns the token."""
    token = _new_link(member)
    audit.record(event=audit.AuditKind.MEMBER_INVITED, actor=actor, object=member, directory=True)
    return token


def reset_sign_in(*, actor: Membership, member: Membership) -> str:
    """For somebody who lost password or authenticator app: both go, every session ends, the link sets a new password.

    Raises WorksElsewhere for people who have joined another organization too (an invitation alone does not count, or
    anybody could keep them from being helped), NotActive, MissingPermission. Returns the token.
    """
    require_over(actor, member, Permission.PEOPLE_RESET)
    if not member.is_active:
        raise NotActive
    joined = Membership.objects.filter(user=member.user_id, joined_at__isnull=False)
    if joined.exclude(pk=member.pk).exists():
        raise WorksElsewhere
    return _reset(member, actor)


def reset_by_operator(*, member: Membership) -> str:
    """The same from the command line, for whom no admin can help. Needs the organization active. Returns the token."""
    return _reset(member, None)


def _reset(member: Membership, actor: Membership | None) -> str:
    ended = forget_sign_in(member.user)
    token = _new_link(member)
    audit.record(event=audit.AuditKind.SIGN_IN_RESET, actor=actor, object=member, sessions_ended=ended)
    return token


def forget_sign_in(user: User) -> int:
    """Take password and authenticator app away and end everything; returns how many sessions ended."""
    user.set_password(None)
    user.save(update_fields=["password"])
    User.objects.filter(pk=user.pk).update(auth_epoch=F("auth_epoch") + 1)
    second_factor.remove(user)
    return end_sessions(user_id=user.pk)


def _new_link(member: Membership) -> str:
    token = secrets.token_urlsafe(32)
    Invitation.objects.update_or_create(
        membership=member, defaults={"token_hash": key_hash(token), "expires_at": timezone.now() + LINK_LIFE}
    )
    return token


def open_invitation(token_hash: bytes) -> Invitation | None:
    """The invitation whose link's token has this SHA-256, while it is good."""
    found = Invitation.objects.select_related("membership__user", "membership__organization")
    return found.filter(token_hash=token_hash, expires_at__gt=timezone.now()).first()


def chooses_password(invitation: Invitation) -> bool:
    """Whether this link sets the password of its person, who has none.

    Somebody who has joined an organization gets a new one by a link of that organization only: any other could take
    the sign-in over by inviting them while it is being reset.
    """
    member = invitation.membership
    if member.user.has_usable_password():
        return False
    elsewhere = Membership.objects.filter(user=member.user, joined_at__isnull=False).exclude(pk=member.pk)
    return member.joined_at is not None or not elsewhere.exists()


def accept(*, invitation: Invitation, new_password: str | None) -> Membership | None:
    """Use the link up: the member is active. `new_password` is for a user who has none; others have shown theirs.

    None when somebody else used it a moment ago, or chose a password by another link.
    """
    member = invitation.membership
    with activate(member.organization):
        member.user = User.objects.select_for_update(no_key=True).get(pk=member.user_id)
        if new_password is not None and not chooses_password(invitation):
            return None
        if not Invitation.objects.filter(pk=invitation.pk).delete()[0]:
            return None
        if new_password is not None:
            member.user.set_password(new_password)
            member.user.save(update_fields=["password"])
        joined = member.joined_at or timezone.now()
        Membership.objects.filter(pk=member.pk).update(is_active=True, joined_at=joined)
        member.refresh_from_db(fields=["is_active", "joined_at"])
        audit.record(event=audit.AuditKind.MEMBER_JOINED, actor=member, object=member)
    return member
