"""The record of a proved domain is looked up again each day; whoever no longer owns a domain should not keep it.

A record that is gone locks nobody out (`SsoDomain.vouching` has what follows, and when). DNS that does not answer says
nothing.
"""

import logging
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts import mail, notices
from accounts.models import SsoDomain
from accounts.saml.domains import is_proved_by, record_name, record_value
from accounts.saml.txt_records import LookUpFailed, resolver
from tenancy import audit
from tenancy.isolation import activate

EVERY = timedelta(hours=24)
MOST = 200  # look-ups in one round; the next round goes on
log = logging.getLogger("parley.sso")


def look_again() -> int:
    """Look every proved domain up that was not looked up for a day; how many. No transaction may be open."""
    now = timezone.now()
    due = Q(checked_at__isnull=True) | Q(checked_at__lte=now - EVERY)
    proved = SsoDomain.objects.filter(due, proved_at__isnull=False)
    looked = 0
    for domain in list(proved.order_by("checked_at")[:MOST]):
        if not SsoDomain.objects.filter(due, pk=domain.pk).update(checked_at=now):
            continue  # another process was faster
        try:
            found = resolver()(record_name(domain), record_value(domain))
        except LookUpFailed:
            continue
        note(domain, there=is_proved_by(domain, found))
        looked += 1
    return looked


def note(domain: SsoDomain, *, there: bool) -> None:
    """Keep since when the record has been gone; tell the owners once, and record it."""
    rows = SsoDomain.objects.filter(pk=domain.pk, proved_at__isnull=False)
    with activate(domain.organization_id):
        if there:
            if rows.filter(missing_since__isnull=False).update(missing_since=None):
                event = audit.AuditKind.SSO_DOMAIN_PROVED
                audit.record(event=event, object=domain, domain=domain.domain, again=True)
            return
        if not rows.filter(missing_since__isnull=True).update(missing_since=timezone.now()):
            return
        audit.record(event=audit.AuditKind.SSO_DOMAIN_MISSING, object=domain, domain=domain.domain)
        words: dict[str, str | int] = {"domain": domain.domain, "days": SsoDomain.GRACE.days}
        notices.tell_owners(domain.organization_id, mail.MailKind.SSO_DOMAIN_MISSING, route="sso_domains", words=words)
    log.warning("domain_record_missing domain=%s", domain.pk)
