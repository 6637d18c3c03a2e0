"""Our key pairs towards a provider: one signs, the next is announced before it does, the old one opens for a while."""

from urllib.parse import urlsplit

from django.conf import settings

from accounts.models import KeyUse, Membership, SamlKey
from accounts.permissions import Permission, require
from accounts.saml.certificates import make_own
from tenancy import audit


class NoSuchStep(Exception):
    """The keys do not stand so that this could be done."""


def ensure_key() -> SamlKey:
    """The key that signs, made at first use. Needs the organization active."""
    return SamlKey.objects.filter(use=KeyUse.CURRENT).first() or _made(KeyUse.CURRENT)


def announce(*, actor: Membership) -> SamlKey:
    """Make the next key: it stands in our metadata from now on and signs nothing yet. Raises NoSuchStep."""
    require(actor, Permission.SSO_MANAGE)
    if SamlKey.objects.filter(use=KeyUse.NEXT).exists():
        raise NoSuchStep
    key = _made(KeyUse.NEXT)
    audit.record(event=audit.AuditKind.SSO_KEY_CHANGED, actor=actor, object=key, step="announced")
    return key


def put_in_use(*, actor: Membership) -> None:
    """The next key signs, the present one opens what was encrypted for it. Raises NoSuchStep."""
    require(actor, Permission.SSO_MANAGE)
    key = SamlKey.objects.filter(use=KeyUse.NEXT).first()
    if key is None:
        raise NoSuchStep
    SamlKey.objects.filter(use=KeyUse.OLD).delete()
    SamlKey.objects.filter(use=KeyUse.CURRENT).update(use=KeyUse.OLD)
    SamlKey.objects.filter(pk=key.pk).update(use=KeyUse.CURRENT)
    audit.record(event=audit.AuditKind.SSO_KEY_CHANGED, actor=actor, object=key, step="in use")


def drop(*, actor: Membership, key: SamlKey) -> None:
    """Take an old or an announced key away. Raises NoSuchStep for the one that signs."""
    require(actor, Permission.SSO_MANAGE)
    if key.use == KeyUse.CURRENT:
        raise NoSuchStep
    SamlKey.objects.filter(pk=key.pk).delete()
    audit.record(event=audit.AuditKind.SSO_KEY_CHANGED, actor=actor, object=key, step="removed")


def _made(use: KeyUse) -> SamlKey:
    certificate, private = make_own(f"Parley at {urlsplit(settings.PUBLIC_BASE_URL).hostname}")
    return SamlKey.objects.create(
        use=use,
        certificate=certificate.pem,
        private_key=private,
        fingerprint=certificate.fingerprint,
        ends_at=certificate.ends_at,
    )
