"""Links, good once, with which a person sets a password and enters an organization.

There are two for each invitation: one goes by mail and proves the address, the other is shown to the admin once, who
may pass it on. Using either ends both. The database keeps their SHA-256 only.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts import mail
from accounts.agreements import codes_are_right, places_elsewhere
from accounts.factors import enrolled, telling
from accounts.models import DirectoryPerson, Invitation, Membership, RecoveryRequest, Role, Team, User
from accounts.permissions import Permission, require
from accounts.roles import give_roles, grantable, require_over
from accounts.sessions import end_sessions, key_hash
from accounts.teams import place_in_teams
from tenancy import audit, rates
from tenancy.isolation import activate, current_organization_id

LINK_LIFE = timedelta(days=7)
MAILS_A_DAY = 500  # invitations of one organization


class AlreadyMember(Exception):
    """The address belongs to somebody who is a member of this organization, perhaps a deactivated one."""


class TooManyInvitations(Exception):
    """The organization has invited as many people today as any should."""


class FromDirectory(Exception):
    """The company's directory sent this person and would send them again; they are taken away there."""


class NotActive(Exception):
    """The member was deactivated or has not joined; a link would let them in by the back door."""


class OwnSignIn(Exception):
    """It takes a second person: an open browser must not be enough to make a new way in."""


class WorksElsewhere(Exception):
    """The person also signs in to another organization, whose access this one must not be able to take over; it has to
    agree (`joint_recovery`).
    """


class ResetByOperator(Exception):
    """An operator of the installation is helped by another one only, by the command line."""


class WrongCodes(Exception):
    """The link takes the codes of the person's other organizations, and these are not they."""


@dataclass(frozen=True)
class Invited:
    """The new membership and the token of its link, which is shown once and kept nowhere."""

    member: Membership
    token: str


def invite(*, actor: Membership, email: str, name: str, roles: Iterable[Role], teams: Iterable[Team] = ()) -> Invited:
    """Make a member who becomes active by opening the link.

    Somebody who has a sign-in already (in any organization) keeps name and password and proves them on the link's page;
    the actor is not told which case it is. The link is mailed too. Raises AlreadyMember, MissingPermission, BadAddress,
    TooManyInvitations.
    """
    require(actor, Permission.PEOPLE_INVITE)
    wanted = grantable(actor, roles)
    _count_one_more()
    organization_id = current_organization_id()
    defaults = {"name": name, "password": make_password(None)}
    user, _created = User.objects.get_or_create(email=mail.checked_address(email), defaults=defaults)
    member, created = Membership.objects.get_or_create(
        user=user, organization_id=organization_id, defaults={"is_active": False, "joined_at": None}
    )
    if not created:
        raise AlreadyMember
    give_roles(member=member, roles=wanted)
    place_in_teams(actor=actor, member=member, teams=teams)
    token = new_link(member, actor)
    mail_link(member, mail.MailKind.INVITATION, actor)
    audit.record(event=audit.AuditKind.MEMBER_INVITED, actor=actor, object=member, roles=[role.name for role in wanted])
    return Invited(member, token)


def renew_link(*, actor: Membership, member: Membership) -> str:
    """New links for somebody who has not joined yet; the old ones no longer work. Returns the token of the one that is
    not mailed. Raises AlreadyMember, MissingPermission, TooManyInvitations.
    """
    require_over(actor, member, Permission.PEOPLE_INVITE)
    if member.joined_at is not None:
        raise AlreadyMember
    if DirectoryPerson.objects.filter(membership=member, removed_at__isnull=True, active=False).exists():
        raise NotActive
    _count_one_more()
    token = new_link(member, actor)
    mail_link(member, mail.MailKind.INVITATION, actor)
    audit.record(event=audit.AuditKind.MEMBER_INVITED, actor=actor, object=member, renewed=True)
    return token


def invite_again(*, actor: Membership, member: Membership) -> str:
    """A first link, by mail, for whom the company's directory sent. Returns the token of the one that is not mailed."""
    token = new_link(member, actor)
    mail_link(member, mail.MailKind.INVITATION, actor)
    audit.record(event=audit.AuditKind.MEMBER_INVITED, actor=actor, object=member, directory=True)
    return token


def withdraw(*, actor: Membership, member: Membership) -> None:
    """Take back an invitation that nobody has used: its links end, the member is gone from the list of people.

    Somebody who belongs to no organization and has no password is forgotten altogether. Raises AlreadyMember,
    FromDirectory, MissingPermission.
    """
    require_over(actor, member, Permission.PEOPLE_INVITE)
    if member.joined_at is not None:
        raise AlreadyMember
    if DirectoryPerson.objects.filter(membership=member).exists():
        raise FromDirectory
    audit.record(event=audit.AuditKind.MEMBER_INVITATION_WITHDRAWN, actor=actor, object=member)
    user = member.user
    Membership.objects.get(pk=member.pk).delete()
    if not user.has_usable_password() and not Membership.objects.filter(user=user).exists():
        User.objects.get(pk=user.pk).delete()


def reset_sign_in(*, actor: Membership, member: Membership) -> str:
    """For somebody who lost password or second factor: all go, every session ends, the link sets a new password.

    The link goes to the acting admin, who hands it over as they know the person; the person is told by e-mail that it
    happened, and nothing in that mail opens anything. Raises WorksElsewhere, and as `require_reset`. Returns the token.
    """
    require_reset(actor, member)
    if places_elsewhere(member).exists():
        raise WorksElsewhere
    return _reset(member, actor)


def require_reset(actor: Membership, member: Membership, *, suspended: bool = False) -> None:
    """Raises MissingPermission, OwnSignIn, ResetByOperator, NotActive (not with `suspended` for who is for a while)."""
    require_over(actor, member, Permission.PEOPLE_RESET)
    if actor.user_id == member.user_id:
        raise OwnSignIn
    if member.user.is_operator:
        raise ResetByOperator
    if not (member.is_active or (suspended and member.suspended_at)):
        raise NotActive


def reset_agreed(*, actor: Membership, member: Membership, request: RecoveryRequest) -> str:
    """The same after the person's other organizations have agreed; the link takes their codes. The caller checked."""
    return _reset(member, actor, request)


def reset_by_operator(*, member: Membership) -> str:
    """The same from the command line, for whom no admin can help. Needs the organization active. Returns the token."""
    return _reset(member, None)


def _reset(member: Membership, actor: Membership | None, request: RecoveryRequest | None = None) -> str:
    ended = forget_sign_in(member.user)
    _no_way_back_by_itself(member)
    token = new_link(member, actor, request)
    audit.record(event=audit.AuditKind.SIGN_IN_RESET, actor=actor, object=member, sessions_ended=ended)
    telling.sign_in_was_reset(member, by=actor.user.name if actor else "")
    return token


def _no_way_back_by_itself(member: Membership) -> None:
    """Organizations that have deactivated the person had no say, so no directory of theirs lets them in again without
    an admin's look.
    """
    elsewhere = Membership.objects.filter(user=member.user_id, is_active=False, joined_at__isnull=False).exclude(
        pk=member.pk
    )
    elsewhere.update(reset_elsewhere=True)


def is_being_reset(user: User) -> bool:
    """Whether an admin took this person's sign-in away, second factors included, and the link that was handed over has
    set no new password yet; also when it ended unused. Then only an admin's next link does.
    """
    return user.reset_at is not None and not user.has_usable_password()


def forget_sign_in(user: User) -> int:
    """Take password and every second factor away and end everything; returns how many sessions ended."""
    user.set_password(None)
    user.reset_at = timezone.now()
    user.save(update_fields=["password", "reset_at"])
    User.objects.filter(pk=user.pk).update(auth_epoch=F("auth_epoch") + 1)
    enrolled.forget_all(user)
    return end_sessions(user_id=user.pk)


def new_link(member: Membership, actor: Membership | None = None, request: RecoveryRequest | None = None) -> str:
    """End the member's links and make one anew, for `actor` to see. Returns its token; the caller checked that they may
    have one.
    """
    token = secrets.token_urlsafe(32)
    fresh = {"token_hash": key_hash(token), "mailed_hash": None, "expires_at": timezone.now() + LINK_LIFE}
    Invitation.objects.update_or_create(membership=member, defaults={**fresh, "made_by": actor, "recovery": request})
    return token


def _count_one_more() -> None:
    """So that no organization writes to strangers without end."""
    name = f"invitations:{current_organization_id()}"
    if not rates.spend(name, limit=MAILS_A_DAY, per_seconds=86_400).allowed:
        raise TooManyInvitations


def mail_link(member: Membership, kind: mail.MailKind, actor: Membership | None) -> None:
    """Mail a link of its own to the member's address. Without one, when the address gets too much: `was_mailed`."""
    token = secrets.token_urlsafe(32)
    words: dict[str, str | int] = {
        "organization": member.organization.name,
        "inviter": actor.user.name if actor else "",
        "join_link": settings.PUBLIC_BASE_URL + reverse("open_link", args=[token]),
        "days": LINK_LIFE.days,
    }
    try:
        mail.queue(to=member.user, kind=kind, words=words)
    except (mail.TooManyMails, mail.BadAddress):
        return
    Invitation.objects.filter(membership=member).update(mailed_hash=key_hash(token))


def was_mailed(member: Membership) -> bool:
    """Whether the member's open link is on its way by mail too."""
    return Invitation.objects.filter(membership=member, mailed_hash__isnull=False).exists()


def open_invitation(token_hash: bytes) -> Invitation | None:
    """The invitation whose link's token has this SHA-256, while it is good."""
    if not token_hash:
        return None
    found = Invitation.objects.select_related("membership__user", "membership__organization", "recovery__membership")
    either = Q(token_hash=token_hash) | Q(mailed_hash=token_hash)
    invitation = found.filter(either, expires_at__gt=timezone.now()).first()
    if invitation is not None:
        invitation.opened_by_mail = bytes(invitation.mailed_hash or b"") == token_hash
    return invitation


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


def accept(*, invitation: Invitation, new_password: str | None, codes: str = "") -> Membership | None:
    """Use the link up: the member is active. `new_password` is for a user who has none; others have shown theirs.

    None when somebody else used it a moment ago, or chose a password by another link. Raises WrongCodes.
    """
    member = invitation.membership
    with activate(member.organization):
        member.user = User.objects.select_for_update(no_key=True).get(pk=member.user_id)
        Membership.objects.select_for_update(no_key=True).get(
            pk=member.pk
        )  # before the link, as whoever ends them does
        if new_password is not None and not chooses_password(invitation):
            return None
        if invitation.recovery is not None and not codes_are_right(invitation.recovery, codes):
            raise WrongCodes
        if not Invitation.objects.filter(pk=invitation.pk).delete()[0]:
            return None
        if invitation.recovery is not None:
            RecoveryRequest.objects.filter(pk=invitation.recovery.pk).delete()
        if new_password is not None:
            member.user.set_password(new_password)
            member.user.reset_at = None
            member.user.save(update_fields=["password", "reset_at"])
        if invitation.opened_by_mail:
            User.objects.filter(pk=member.user_id).update(email_proved_at=timezone.now())
        joined = member.joined_at or timezone.now()
        Membership.objects.filter(pk=member.pk).update(is_active=True, joined_at=joined)
        member.refresh_from_db(fields=["is_active", "joined_at"])
        by = "mail" if invitation.opened_by_mail else "link"
        audit.record(event=audit.AuditKind.MEMBER_JOINED, actor=member, object=member, by=by)
    return member
