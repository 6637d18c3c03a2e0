"""An organization whose first owner is not here yet: they are invited by mail."""

import secrets

from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from accounts import invitations, mail
from accounts.founding import found_organization
from accounts.models import Invitation, Membership, User
from accounts.sessions import key_hash
from tenancy import audit
from tenancy.isolation import activate


def found_by_mail(*, name: str, country: str, time_zone: str, email: str, send: bool = True) -> Membership:
    """A new organization whose first owner is invited by mail (not with `send=False`). Raises BadAddress.

    The owner keeps a password that they have; nobody is told whether they do.
    """
    owner, _made = User.objects.get_or_create(
        email=mail.checked_address(email),
        defaults={"name": email.partition("@")[0][:80], "password": make_password(None)},
    )
    slug = f"{slugify(name)[:30]}-{secrets.token_hex(4)}"
    member = found_organization(name=name, slug=slug, owner=owner, is_here=False, country=country, time_zone=time_zone)
    with activate(member.organization):
        invitations.new_link(member)
        if send:
            invitations.mail_link(member, mail.MailKind.FIRST_OWNER, None)
        audit.record(event=audit.AuditKind.ORGANIZATION_CREATED, object=member.organization)
        audit.record(event=audit.AuditKind.MEMBER_INVITED, object=member, role="Owner")
    return member


def link_that_was_mailed(member: Membership) -> bytes:
    """The hash of a fresh link for somebody who proved the address a moment ago by another mail."""
    hashed = key_hash(secrets.token_urlsafe(32))
    Invitation.objects.filter(membership=member).update(mailed_hash=hashed)
    return hashed
