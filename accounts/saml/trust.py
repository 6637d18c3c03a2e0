"""What is needed to judge a provider's message and to answer it, read once from the organization's rows."""

from dataclasses import dataclass, field

from accounts.models import Binding, KeyUse, SamlKey, SamlProvider, Signed, SsoDoor
from accounts.saml.addresses import Addresses, addresses


@dataclass(frozen=True)
class OwnKey:
    """One of our key pairs, as PEM. `repr` keeps the private part to itself."""

    certificate: str
    private: str = field(repr=False)


@dataclass(frozen=True)
class Trust:
    """One organization's provider and ourselves towards it. `own` begins with the key that signs."""

    ours: Addresses
    entity_id: str
    sso_url: str
    sso_by: Binding
    slo_url: str
    slo_response_url: str
    slo_by: Binding
    certificates: tuple[str, ...]
    own: tuple[OwnKey, ...]
    signed: Signed
    wants_encryption: bool
    signs_requests: bool
    takes_unsolicited: bool


_ORDER = {KeyUse.CURRENT: 0, KeyUse.NEXT: 1, KeyUse.OLD: 2}


def trust_of(door: SsoDoor, provider: SamlProvider) -> Trust:
    """Needs the organization to be active."""
    keys = sorted(SamlKey.objects.all(), key=lambda key: _ORDER[KeyUse(key.use)])
    return Trust(
        ours=addresses(door.slug),
        entity_id=provider.entity_id,
        sso_url=provider.sso_url,
        sso_by=Binding(provider.sso_by),
        slo_url=provider.slo_url,
        slo_response_url=provider.slo_response_url or provider.slo_url,
        slo_by=Binding(provider.slo_by),
        certificates=tuple(one.pem for one in provider.certificates.all()),
        own=tuple(OwnKey(key.certificate, key.private_key or "") for key in keys),
        signed=Signed(provider.signed),
        wants_encryption=provider.wants_encryption,
        signs_requests=provider.signs_requests,
        takes_unsolicited=provider.takes_unsolicited,
    )
