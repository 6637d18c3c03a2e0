"""Metadata in both directions: what a provider says about itself, and what we say about ourselves."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from lxml import etree

from accounts.models import Binding, SamlKey, SamlProvider, SsoDoor
from accounts.saml.addresses import addresses
from accounts.saml.certificates import BadCertificate, Certificate, read_certificate
from accounts.saml.refusals import Refused
from accounts.saml.strict_xml import DS, MD, SAMLP, Element, name, parse
from accounts.saml.strict_xml import text_of as text

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_BINDINGS = {REDIRECT: Binding.REDIRECT, POST: Binding.POST}  # in this order
MOST_CERTIFICATES = 3
MOST_PROVIDERS = 500


class BadMetadata(Exception):
    """This cannot be used; `why` is a word for it, such as `no_binding`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Described:
    """What a provider's metadata says."""

    entity_id: str
    sso_url: str
    sso_by: Binding
    slo_url: str
    slo_response_url: str
    slo_by: Binding
    certificates: tuple[Certificate, ...]


def read_metadata(raw: bytes) -> Described:
    """The one identity provider that the document describes. Its signature, if any, is not looked at: whoever pastes
    or fetches it vouches for it. Raises BadMetadata.
    """
    try:
        root = parse(raw)
    except Refused as refused:
        raise BadMetadata(refused.reason.value) from None
    entity = _the_provider(root)
    role = entity.find(name(MD, "IDPSSODescriptor"))
    if role is None or SAMLP not in role.get("protocolSupportEnumeration", "").split():
        raise BadMetadata("no_provider")
    entity_id = entity.get("entityID", "").strip()
    if not 0 < len(entity_id) <= 1024:
        raise BadMetadata("no_entity_id")
    sso = _service(role, "SingleSignOnService")
    if sso is None:
        raise BadMetadata("no_binding")
    slo = _service(role, "SingleLogoutService")
    sso_url = _web_address(sso.get("Location", ""))
    slo_url = "" if slo is None else _web_address(slo.get("Location", ""))
    answers_to = "" if slo is None else slo.get("ResponseLocation", "")
    return Described(
        entity_id=entity_id,
        sso_url=sso_url,
        sso_by=_BINDINGS[sso.get("Binding")],
        slo_url=slo_url,
        slo_response_url=_web_address(answers_to) if answers_to else "",
        slo_by=Binding.REDIRECT if slo is None else _BINDINGS[slo.get("Binding")],
        certificates=_certificates(role),
    )


def _the_provider(root: Element) -> Element:
    if root.tag == name(MD, "EntityDescriptor"):
        return root
    if root.tag != name(MD, "EntitiesDescriptor"):
        raise BadMetadata("not_metadata")
    entities = list(root.iter(name(MD, "EntityDescriptor")))[:MOST_PROVIDERS]
    found = [one for one in entities if one.find(name(MD, "IDPSSODescriptor")) is not None]
    if len(found) != 1:
        raise BadMetadata("several_providers" if found else "no_provider")
    return found[0]


def _service(role: Element, local: str) -> Element | None:
    """By HTTP-Redirect where the provider takes that: it needs no page in between."""
    found = role.findall(name(MD, local))
    return next((one for binding in _BINDINGS for one in found if one.get("Binding") == binding), None)


def _web_address(written: str) -> str:
    """An address that a browser is sent to: https, on a local system http too."""
    try:
        parts = urlsplit(written)
        host = parts.hostname or ""
    except ValueError:
        raise BadMetadata("bad_address") from None
    local = settings.LOCAL and parts.scheme == "http"
    plain = written.isascii() and written.isprintable() and not set(' <>"\\') & set(written)
    if not (parts.scheme == "https" or local) or not host or parts.fragment or len(written) > 2000 or not plain:
        raise BadMetadata("bad_address")
    return written


def _certificates(role: Element) -> tuple[Certificate, ...]:
    found: dict[str, Certificate] = {}
    for descriptor in role.findall(name(MD, "KeyDescriptor")):
        if descriptor.get("use", "signing") != "signing":
            continue
        for element in descriptor.iter(name(DS, "X509Certificate")):
            try:
                certificate = read_certificate(text(element))
            except BadCertificate as bad:
                raise BadMetadata(f"certificate_{bad.why}") from None
            found[certificate.fingerprint] = certificate
    if not found:
        raise BadMetadata("no_certificate")
    if len(found) > MOST_CERTIFICATES:
        now = timezone.now()
        living = {key: one for key, one in found.items() if one.ends_at > now}
        if not 0 < len(living) <= MOST_CERTIFICATES:
            raise BadMetadata("too_many_certificates")
        found = living
    return tuple(found.values())


def our_metadata(door: SsoDoor, provider: SamlProvider | None) -> bytes:
    """Our EntityDescriptor: addresses, and every key that may sign or open. Needs the organization active."""
    ours = addresses(door.slug)
    spaces = {"md": MD, "ds": DS}
    root = etree.Element(name(MD, "EntityDescriptor"), nsmap=spaces)
    root.set("entityID", ours.entity_id)
    role = etree.SubElement(root, name(MD, "SPSSODescriptor"))
    role.set("AuthnRequestsSigned", "true" if provider is None or provider.signs_requests else "false")
    role.set("WantAssertionsSigned", "true")
    role.set("protocolSupportEnumeration", SAMLP)
    for key in SamlKey.objects.all():
        for use in ("signing", "encryption"):
            _key_descriptor(role, use, key.certificate)
    for binding in _BINDINGS:
        logout = etree.SubElement(role, name(MD, "SingleLogoutService"))
        logout.set("Binding", binding)
        logout.set("Location", ours.slo)
    etree.SubElement(role, name(MD, "NameIDFormat")).text = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
    consumer = etree.SubElement(role, name(MD, "AssertionConsumerService"))
    for attribute, value in (("Binding", POST), ("Location", ours.acs), ("index", "0"), ("isDefault", "true")):
        consumer.set(attribute, value)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _key_descriptor(role: Element, use: str, pem: str) -> None:
    descriptor = etree.SubElement(role, name(MD, "KeyDescriptor"))
    descriptor.set("use", use)
    data = etree.SubElement(etree.SubElement(descriptor, name(DS, "KeyInfo")), name(DS, "X509Data"))
    etree.SubElement(data, name(DS, "X509Certificate")).text = "".join(
        line for line in pem.splitlines() if "CERTIFICATE" not in line
    )
    if use == "encryption":
        for bits in (256, 128):
            method = etree.SubElement(descriptor, name(MD, "EncryptionMethod"))
            method.set("Algorithm", f"http://www.w3.org/2009/xmlenc11#aes{bits}-gcm")
        method = etree.SubElement(descriptor, name(MD, "EncryptionMethod"))
        method.set("Algorithm", "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p")
