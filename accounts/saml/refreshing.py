"""A provider's metadata is fetched again each day, where it was given by its address.

Nothing that it says widens trust by itself: a new certificate is shown and mailed, and counts once an admin takes it,
or at once where the organization has chosen that. Another entity ID or another address is a problem to be shown, never
taken over. What is gone from the metadata keeps counting until somebody removes it.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts import mail, notices
from accounts.models import Membership, SamlCertificate, SamlFoundCertificate, SamlProvider
from accounts.permissions import Permission, require
from accounts.saml.certificates import Certificate
from accounts.saml.configuring import TooManyCertificates, pin
from accounts.saml.fetching import NotFetched, fetch_metadata
from accounts.saml.provider_metadata import MOST_CERTIFICATES, BadMetadata, Described, read_metadata
from tenancy import audit
from tenancy.background import each_organization
from tenancy.isolation import activate, current_organization_id

EVERY = timedelta(hours=24)
MOST = 100  # addresses in one round; the next round goes on
log = logging.getLogger("parley.sso")


@dataclass(frozen=True)
class Claimed:
    """An address that this round asks; no other round does before a day has gone by."""

    organization_id: UUID
    url: str


def refresh_due() -> int:
    """Ask every address that was not asked for a day; how many. No transaction may be open."""
    claimed: list[Claimed] = []
    each_organization("claim metadata", lambda: _claim(claimed))
    for one in claimed:
        refresh(one)
    return len(claimed)


def _claim(claimed: list[Claimed]) -> int:
    now = timezone.now()
    due = Q(metadata_checked_at__isnull=True) | Q(metadata_checked_at__lte=now - EVERY)
    provider = SamlProvider.objects.filter(due).exclude(metadata_url="").first()
    if provider is None or len(claimed) >= MOST:
        return 0
    SamlProvider.objects.filter(pk=provider.pk).update(metadata_checked_at=now)
    claimed.append(Claimed(current_organization_id(), provider.metadata_url))
    return 1


def refresh(claimed: Claimed) -> None:
    """Fetch and note what one provider says now."""
    described, problem = None, ""
    try:
        described = read_metadata(asyncio.run(fetch_metadata(claimed.url)))
    except NotFetched as failed:
        problem = f"fetch_{failed.why}"
    except BadMetadata as bad:
        problem = f"metadata_{bad.why}"
    with activate(claimed.organization_id):
        provider = SamlProvider.objects.select_for_update(of=("self",)).first()
        if provider is None or provider.metadata_url != claimed.url:
            return  # described anew meanwhile
        if described is not None:
            problem = _compare(provider, described)
        _note(provider, problem)
    log.info("metadata_looked_at organization=%s problem=%s", claimed.organization_id, problem)


def _note(provider: SamlProvider, problem: str) -> None:
    since = (provider.metadata_failing_since or timezone.now()) if problem else None
    SamlProvider.objects.filter(pk=provider.pk).update(metadata_problem=problem[:60], metadata_failing_since=since)


def _compare(provider: SamlProvider, described: Described) -> str:
    """Note what is new and what is gone; the problem that an admin has to look at, "" for none."""
    if described.entity_id != provider.entity_id:
        return "other_provider"
    coming = {one.fingerprint: one for one in described.certificates}
    here = SamlCertificate.objects.filter(provider=provider)
    here.filter(fingerprint__in=coming).update(gone_at=None)
    here.filter(gone_at__isnull=True).exclude(fingerprint__in=coming).update(gone_at=timezone.now())
    found = SamlFoundCertificate.objects.filter(provider=provider)
    found.exclude(fingerprint__in=coming).delete()
    known = {*here.values_list("fingerprint", flat=True), *found.values_list("fingerprint", flat=True)}
    for fingerprint in sorted(coming.keys() - known):
        _found(provider, coming[fingerprint])
    ours = (provider.sso_url, provider.slo_url, provider.slo_response_url)
    theirs = (described.sso_url, described.slo_url, described.slo_response_url)
    return "" if ours == theirs else "other_addresses"


def _found(provider: SamlProvider, certificate: Certificate) -> None:
    """A certificate that nobody here knows yet."""
    has_room = SamlCertificate.objects.filter(provider=provider).count() < MOST_CERTIFICATES
    at_once = provider.takes_new_certificates and has_room
    if at_once:
        pin(provider, certificate)
    else:
        SamlFoundCertificate.objects.create(
            provider=provider,
            pem=certificate.pem,
            fingerprint=certificate.fingerprint,
            subject=certificate.subject,
            begins_at=certificate.begins_at,
            ends_at=certificate.ends_at,
        )
    changed = "certificate taken from metadata" if at_once else "certificate found in metadata"
    audit.record(
        event=audit.AuditKind.SSO_CHANGED,
        object=provider,
        changed=changed,
        certificate=certificate.fingerprint[:16],
    )
    kind = mail.MailKind.SSO_CERTIFICATE_TAKEN if at_once else mail.MailKind.SSO_CERTIFICATE_FOUND
    notices.tell(Permission.SSO_MANAGE, kind, route="sso", words={"name": certificate.fingerprint[:16].upper()})


def take_found(*, actor: Membership, found: SamlFoundCertificate) -> None:
    """The certificate counts from now on, beside the others. Raises TooManyCertificates, MissingPermission."""
    require(actor, Permission.SSO_MANAGE)
    here = SamlCertificate.objects.filter(provider=found.provider)
    if here.count() >= MOST_CERTIFICATES:
        raise TooManyCertificates
    if not SamlFoundCertificate.objects.filter(pk=found.pk).delete()[0]:
        return
    if not here.filter(fingerprint=found.fingerprint).exists():
        pin(found.provider, found)
    audit.record(
        event=audit.AuditKind.SSO_CHANGED,
        actor=actor,
        object=found.provider,
        changed="certificate added",
        certificate=found.fingerprint[:16],
        found_in_metadata=True,
    )
