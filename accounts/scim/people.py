"""People whom the company's directory creates, changes and ends.

What it may not do, whatever it sends: touch a person's name or address while they work in another organization too, let
somebody in before they came by themselves, bring back whom an admin deactivated, end the last owner; with a token that
no owner made, end an owner or change an owner's address (decision 120).
"""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import deactivation, mail
from accounts.invitations import invite_again, new_link
from accounts.models import (
    Directory,
    DirectoryPerson,
    Enforced,
    Invitation,
    MailedLink,
    Membership,
    SsoDomain,
    SsoDoor,
    User,
)
from accounts.models.user import normalized_email
from accounts.scim import groups, owners
from accounts.scim.errors import OwnerStays, ScimError, taken
from accounts.scim.reading import PersonWish
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.ids import new_id
from tenancy.isolation import current_organization_id

NO_ADDRESS = "@directory.invalid"


def create(directory: Directory, wish: PersonWish) -> DirectoryPerson:
    """A new person, or one who was a member already and is the directory's from now on.

    Whoever is new here is invited, whether or not they have a sign-in elsewhere: nothing tells which it is (decision
    121). Raises ScimError: 409 for a user name or a member that the directory has already, and for somebody whom an
    admin deactivated.
    """
    member, made = _member_for(wish)
    before = DirectoryPerson.objects.filter(membership=member).order_by("-created_at").first()
    if before is not None and before.removed_at is None:
        raise taken("This person is here already.")
    person = DirectoryPerson(membership=member, ended_epoch=before.ended_epoch if before else None)
    _put(person, wish)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        raise taken("Another person has this userName.") from None
    audit.record(event=AuditKind.DIRECTORY_PERSON_ADDED, actor=directory.membership, object=member, new_member=made)
    _let(directory, person, wish.active is not False)
    return person


def replace(directory: Directory, person: DirectoryPerson, wish: PersonWish) -> None:
    """Make the person what the directory says; what it does not say of `active` stays. Raises ScimError."""
    before = (person.user_name, person.external_id, person.attributes)
    _put(person, wish)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        raise taken("Another person has this userName.") from None
    if before != (person.user_name, person.external_id, person.attributes):
        _rename(directory, person.membership, wish)
        audit.record(event=AuditKind.DIRECTORY_PERSON_CHANGED, actor=directory.membership, object=person.membership)
    if wish.active is not None:
        _let(directory, person, wish.active)


def remove(directory: Directory, person: DirectoryPerson) -> None:
    """The person is deactivated and no longer the directory's; what they did stays. Raises ScimError."""
    _let(directory, person, False)
    groups.leave_all(directory, person)
    person.removed_at = timezone.now()
    person.save(update_fields=["removed_at"])
    audit.record(event=AuditKind.DIRECTORY_PERSON_REMOVED, actor=directory.membership, object=person.membership)


def is_active(person: DirectoryPerson) -> bool:
    """What the directory is told: in, or on the way in."""
    member = person.membership
    return person.active and (member.joined_at is None or (member.is_active and member.user.is_active))


def locked(person_id: UUID) -> DirectoryPerson | None:
    """The person, for changing: two requests about one person follow each other."""
    found = DirectoryPerson.objects.select_for_update(no_key=True, of=("self",)).select_related("membership__user")
    return found.filter(pk=person_id, removed_at__isnull=True).first()


def _put(person: DirectoryPerson, wish: PersonWish) -> None:
    person.user_name, person.external_id, person.attributes = wish.user_name, wish.external_id, wish.attributes


def _member_for(wish: PersonWish) -> tuple[Membership, bool]:
    """The member of this organization with that address, made if there is none; and whether they were made."""
    address = _usable(wish.address) or f"{new_id().hex}{NO_ADDRESS}"
    found: dict[str, Any] = {"name": wish.name, "password": make_password(None)}
    user, _new = User.objects.get_or_create(email=address, defaults=found)
    member, made = Membership.objects.get_or_create(
        user=user, organization_id=current_organization_id(), defaults={"is_active": False, "joined_at": None}
    )
    if member.is_machine:
        raise taken("This userName cannot be used.")
    member.user = user
    return member, made


def _let(directory: Directory, person: DirectoryPerson, active: bool) -> None:
    """Let the person in, or end everything they may do, at once."""
    member = Membership.objects.select_for_update(no_key=True, of=("self",)).get(pk=person.membership_id)
    member.user, member.organization = person.membership.user, directory.membership.organization
    if active:
        _let_in(directory, person, member)
    elif member.is_active or member.suspended_at:
        owners.keep(directory, member, "ended")
        try:
            ending = deactivation.Ending(by=deactivation.By.DIRECTORY)
            deactivation.end_everything(actor=directory.membership, member=member, ending=ending)
        except deactivation.LastOwner:
            words = "The last owner cannot be deactivated. Make somebody else an owner first."
            raise OwnerStays("last_owner", member.pk, words) from None
        person.ended_epoch = member.auth_epoch
    elif member.joined_at is None:
        Invitation.objects.filter(membership=member).delete()
    person.active = active
    person.membership = member
    person.save(update_fields=["active", "ended_epoch", "changed_at"])


def _let_in(directory: Directory, person: DirectoryPerson, member: Membership) -> None:
    if member.is_active:
        return
    if member.joined_at is None:
        if not Invitation.objects.filter(membership=member).exists():
            _invite(directory, member)
        return
    if person.ended_epoch != member.auth_epoch:
        raise ScimError(409, "An admin deactivated this person here. An admin has to reactivate them first.")
    if member.reset_elsewhere:
        return  # wanted in again, as the row says now; an admin looks first, and the answer says that they are not in
    deactivation.bring_back(actor=directory.membership, member=member)


def _invite(directory: Directory, member: Membership) -> None:
    """A link by mail; without the mail for whom it could not help: who has no address, and who has no sign-in anywhere
    and comes in by single sign-on only.
    """
    nowhere_else = not Membership.objects.filter(user=member.user_id).exclude(pk=member.pk).exists()
    if member.user.email.endswith(NO_ADDRESS) or (nowhere_else and not _may_use_password(member)):
        new_link(member, directory.membership)
        return
    invite_again(actor=directory.membership, member=member)


def _may_use_password(member: Membership) -> bool:
    """Whether a password would open this organization to them, once they have come in."""
    door = SsoDoor.objects.filter(organization=member.organization_id, is_on=True).first()
    if door is None or door.enforced == Enforced.NOBODY:
        return True
    domain = member.user.email.rpartition("@")[2]
    proved = SsoDomain.objects.filter(organization=member.organization_id, domain=domain, proved_at__isnull=False)
    return door.enforced == Enforced.DOMAINS and not proved.exists()


def _rename(directory: Directory, member: Membership, wish: PersonWish) -> None:
    """Name and address belong to the person; the directory changes them only of those who work nowhere else.

    An address that somebody else signs in with stays theirs, and the directory is not told that there is such a person.
    """
    user = member.user
    if Membership.objects.filter(user=user).exclude(organization_id=current_organization_id()).exists():
        return
    address = _usable(wish.address)
    if address and address != user.email:
        owners.keep(directory, member, "address")
    User.objects.filter(pk=user.pk).update(name=wish.name)
    user.name = wish.name
    if address and address != user.email and not User.objects.filter(email=address).exists():
        _readdress(directory, user, address)


def _readdress(directory: Directory, user: User, address: str) -> None:
    """The old address is told, and what was mailed to it opens nothing any more."""
    old = user.email
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(email=address, email_proved_at=None)
    except IntegrityError:
        return  # taken in this very moment
    user.email = address
    MailedLink.objects.filter(user=user).delete()
    if not old.endswith(NO_ADDRESS):
        words = {"organization": directory.membership.organization.name, "new_email": address}
        with suppress(mail.BadAddress, mail.TooManyMails):
            mail.queue(to=old, kind=mail.MailKind.ADDRESS_FROM_DIRECTORY, words=words)


def _usable(address: str) -> str:
    """The address as it is stored; "" for one that no mail could reach."""
    normalized = normalized_email(address)
    try:
        validate_email(normalized)
    except ValidationError:
        return ""
    return normalized if len(normalized) <= 254 else ""
