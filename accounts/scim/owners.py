"""Owners and the company's directory: what it may not do to them, and whom that is told (decision 120)."""

from contextlib import suppress

from django.conf import settings
from django.urls import reverse

from accounts import mail
from accounts.models import Directory, Membership
from accounts.scim.errors import OwnerStays
from tenancy import audit, rates
from tenancy.audit import AuditKind

DAY = 86_400


def keep(directory: Directory, member: Membership, what: str) -> None:
    """Raises OwnerStays when the member is an owner and the token in use was not made by one."""
    if member.is_owner and member.is_active and not directory.by_owner:
        raise OwnerStays(
            what,
            member.pk,
            "This token was not made by an owner, so it may neither end an owner nor change an owner's address. "
            "Let an owner do it, or make a token.",
        )


def alarm(directory: Directory, refused: OwnerStays) -> None:
    """The log names the owner; every owner is mailed, once a day for each of whom it is about. In a transaction of its
    own, since what the request did is undone.
    """
    about = Membership.objects.select_related("user", "organization").get(pk=refused.owner_id)
    audit.record(
        event=AuditKind.DIRECTORY_REFUSED,
        actor=directory.membership,
        object=about,
        reason=refused.detail,
        what=refused.what,
    )
    if not rates.spend(f"directory and owner {about.pk}", limit=1, per_seconds=DAY).allowed:
        return
    words = {
        "name": about.user.name,
        "organization": about.organization.name,
        "people_link": settings.PUBLIC_BASE_URL + reverse("people"),
    }
    owners = Membership.objects.filter(organization=about.organization_id, is_owner=True, is_active=True)
    for owner in owners.select_related("user"):
        with suppress(mail.BadAddress, mail.TooManyMails):
            mail.queue(to=owner.user, kind=mail.MailKind.DIRECTORY_AND_OWNER, words=words)
