"""Noting that somebody went round an enforced single sign-on."""

import logging
from contextlib import suppress

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import mail
from accounts.models import BreakGlass, Enforced, Membership, SsoDoor
from tenancy import audit

log = logging.getLogger("parley.sso")


def note_way_round(member: Membership, address: str | None) -> None:
    """If the member has just come in by password although single sign-on is enforced: log it and tell every owner.

    Needs the organization active.
    """
    row = BreakGlass.objects.filter(membership=member).first()
    door = SsoDoor.objects.filter(organization=member.organization_id, is_on=True).first()
    if row is None or door is None or door.enforced == Enforced.NOBODY:
        return
    BreakGlass.objects.filter(pk=row.pk).update(used_at=timezone.now())
    audit.record(event=audit.AuditKind.BREAK_GLASS_USED, actor=member, object=member, address=address)
    log.warning("break_glass_used member=%s", member.pk)
    _tell_owners(member)


def _tell_owners(member: Membership) -> None:
    """A mail to each, the one who came in included; without mail the log and the audit log still say it."""
    words = {
        "name": member.user.name,
        "organization": member.organization.name,
        "log_link": settings.PUBLIC_BASE_URL + reverse("audit_log"),
    }
    owners = Membership.objects.filter(organization=member.organization_id, is_owner=True, is_active=True)
    for owner in owners.select_related("user"):
        with suppress(mail.BadAddress, mail.TooManyMails):
            mail.queue(to=owner.user, kind=mail.MailKind.BREAK_GLASS_USED, words=words)
