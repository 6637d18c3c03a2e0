"""What an admin decides about the organization's identity provider."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from accounts.models import (
    Membership,
    Role,
    SamlCertificate,
    SamlFoundCertificate,
    SamlMapping,
    SamlProvider,
    Session,
    SsoDoor,
    Team,
)
from accounts.permissions import Permission, require
from accounts.saml.certificates import Certificate
from accounts.saml.doors import door_of
from accounts.saml.own_keys import ensure_key
from accounts.saml.provider_metadata import MOST_CERTIFICATES, Described
from accounts.sessions import PROVIDER_FACTOR
from accounts.teams import require_reading
from tenancy import audit
from tenancy.isolation import current_organization_id

MOST_MAPPINGS = 200
# Whoever holds a key that is believed signs in as anybody, owners too, so only who may make owners says which (0198).
TRUST = (Permission.SSO_MANAGE, Permission.OWNERS_MANAGE)


class TooManyCertificates(Exception):
    """There are MOST_CERTIFICATES already."""


class LastCertificate(Exception):
    """Without a certificate no message could be believed."""


class TooManyMappings(Exception):
    """There are MOST_MAPPINGS already."""


class NothingYet(Exception):
    """No provider is described yet."""


def describe(*, actor: Membership, described: Described, metadata_url: str = "") -> SamlProvider:
    """Take over what metadata says. Certificates that were there stay as far as there is room, so that a change of keys
    stops nobody; those of another provider (another entity ID) go.
    """
    require(actor, *TRUST)
    door_of(current_organization_id())
    ensure_key()
    provider = SamlProvider.objects.first() or SamlProvider(
        entity_id=described.entity_id, default_role=_usual_role(actor)
    )
    same = provider.entity_id == described.entity_id
    provider.entity_id, provider.sso_url = described.entity_id, described.sso_url
    provider.slo_url, provider.slo_response_url = described.slo_url, described.slo_response_url
    provider.sso_by, provider.slo_by = described.sso_by, described.slo_by
    provider.metadata_url = metadata_url
    provider.metadata_checked_at = timezone.now() if metadata_url else None
    provider.metadata_problem, provider.metadata_failing_since = "", None
    provider.save()
    SamlFoundCertificate.objects.filter(provider=provider).delete()
    _set_certificates(provider, described.certificates, keep=same)
    audit.record(
        event=audit.AuditKind.SSO_CHANGED,
        actor=actor,
        object=provider,
        changed="provider",
        entity_id=described.entity_id[:300],
        certificates=[one.fingerprint[:16] for one in described.certificates],
    )
    return provider


def _usual_role(actor: Membership) -> Role | None:
    """Newcomers text as agents, in no team yet, unless the actor may not give that role."""
    agent = Role.objects.filter(built_in="agent").first()
    return agent if agent is not None and agent.granted <= actor.permissions else None


def _set_certificates(provider: SamlProvider, wanted: Iterable[Certificate], *, keep: bool) -> None:
    coming = {one.fingerprint: one for one in wanted}
    here = {one.fingerprint: one for one in provider.certificates.all()}
    room = MOST_CERTIFICATES - len(coming)
    others = [one for one in here.values() if one.fingerprint not in coming]  # those that end last come first
    leaving = others[room:] if keep else others
    SamlCertificate.objects.filter(pk__in=[one.pk for one in leaving]).delete()
    for fingerprint, certificate in coming.items():
        if fingerprint not in here:
            pin(provider, certificate)
    SamlCertificate.objects.filter(provider=provider, fingerprint__in=coming).update(gone_at=None)


def pin(provider: SamlProvider, certificate: Certificate | SamlFoundCertificate) -> None:
    """From now on what its key signs is the provider's word."""
    SamlCertificate.objects.create(
        provider=provider,
        pem=certificate.pem,
        fingerprint=certificate.fingerprint,
        subject=certificate.subject,
        begins_at=certificate.begins_at,
        ends_at=certificate.ends_at,
    )


def add_certificate(*, actor: Membership, certificate: Certificate) -> None:
    """One more beside those that are there. Raises NothingYet, TooManyCertificates."""
    require(actor, *TRUST)
    provider = the_provider()
    here = SamlCertificate.objects.filter(provider=provider)
    if here.filter(fingerprint=certificate.fingerprint).exists():
        return
    if here.count() >= MOST_CERTIFICATES:
        raise TooManyCertificates
    pin(provider, certificate)
    SamlFoundCertificate.objects.filter(provider=provider, fingerprint=certificate.fingerprint).delete()
    _changed(actor, provider, "certificate added", certificate=certificate.fingerprint[:16])


def remove_certificate(*, actor: Membership, certificate: SamlCertificate) -> None:
    """Its key opens nothing any more, also when the metadata goes on naming it: then it stands there as one that nobody
    has taken. Raises LastCertificate.
    """
    require(actor, Permission.SSO_MANAGE)
    if not SamlCertificate.objects.exclude(pk=certificate.pk).exists():
        raise LastCertificate
    SamlCertificate.objects.filter(pk=certificate.pk).delete()
    if certificate.provider.metadata_url and certificate.gone_at is None:
        _set_aside(certificate)
    _changed(actor, certificate.provider, "certificate removed", certificate=certificate.fingerprint[:16])


def _set_aside(certificate: SamlCertificate) -> None:
    """So that fetching the metadata again does not take it at once."""
    names = ("pem", "subject", "begins_at", "ends_at")
    SamlFoundCertificate.objects.update_or_create(
        provider=certificate.provider,
        fingerprint=certificate.fingerprint,
        defaults={name: getattr(certificate, name) for name in names},
    )


def change_options(*, actor: Membership, options: dict[str, Any]) -> None:
    """Fields of `SamlProvider` by name. Raises NothingYet, MissingPermission for a role that the actor may not give and
    for counting the provider's second factor as ours, which is believing it about everybody.

    Sessions that rely on the provider's second factor end when that counts no longer, the actor's own too.
    """
    require(actor, Permission.SSO_MANAGE)
    provider = the_provider()
    role = options.get("default_role")
    if isinstance(role, Role) and role.pk != provider.default_role_id:
        require(actor, *role.granted)
    if options.get("trusts_second_factor") and not provider.trusts_second_factor:
        require(actor, *TRUST)
    before = {name: getattr(provider, name) for name in options}
    changed = sorted(name for name, value in options.items() if before[name] != value)
    if not changed:
        return
    for name in changed:
        setattr(provider, name, options[name])
    provider.save()
    ended = _end_sessions_by_its_factor() if "trusts_second_factor" in changed else 0
    told = {name: str(options[name])[:100] for name in changed}
    _changed(actor, provider, "options", options=told, sessions_ended=ended)


def _end_sessions_by_its_factor() -> int:
    here = Session.objects.filter(membership__organization=current_organization_id())
    return here.filter(data__signed_in__factors__contains=[PROVIDER_FACTOR]).delete()[0]


def add_mapping(*, actor: Membership, value: str, role: Role | None = None, team: Team | None = None) -> None:
    """People for whom the provider sends `value` get the role, or join the team, at their next sign-in.

    Raises NothingYet, TooManyMappings, MissingPermission for a role that the actor may not give or a team that they do
    not read.
    """
    require(actor, Permission.SSO_MANAGE, *(role.granted if role else ()))
    if team is not None:
        require_reading(actor, team)
    provider = the_provider()
    if SamlMapping.objects.count() >= MOST_MAPPINGS:
        raise TooManyMappings
    if role is not None:
        SamlMapping.objects.update_or_create(value=value, role__isnull=False, defaults={"role": role})
    else:
        SamlMapping.objects.get_or_create(value=value, team=team)
    _changed(actor, provider, "mapping added", value=value[:100], to=str(role or team))


def remove_mapping(*, actor: Membership, mapping: SamlMapping) -> None:
    """Nobody loses what they have by it before their next sign-in."""
    require(actor, Permission.SSO_MANAGE)
    SamlMapping.objects.filter(pk=mapping.pk).delete()
    _changed(actor, the_provider(), "mapping removed", value=mapping.value[:100])


def switch(*, actor: Membership, on: bool) -> None:
    """Open or close the organization's door. Closing it ends what is enforced, or nobody could come in.

    Raises NothingYet.
    """
    require(actor, Permission.SSO_MANAGE)
    provider = the_provider()
    rows = SsoDoor.objects.filter(organization=current_organization_id()).exclude(is_on=on)
    if rows.update(is_on=on):
        if not on:
            SsoDoor.objects.filter(organization=current_organization_id()).update(enforced="nobody")
        _changed(actor, provider, "switched on" if on else "switched off")


def the_provider() -> SamlProvider:
    """The active organization's. Raises NothingYet."""
    provider = SamlProvider.objects.first()
    if provider is None:
        raise NothingYet
    return provider


def _changed(actor: Membership, provider: SamlProvider, changed: str, **details: Any) -> None:
    audit.record(event=audit.AuditKind.SSO_CHANGED, actor=actor, object=provider, changed=changed, **details)
